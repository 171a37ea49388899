using Gdws.Cli.Demo;
using Gdws.Data;
using Gdws.Execution;
using Spectre.Console;

namespace Gdws.Cli.Doctor;

/// <summary>Looks at everything that gdws needs from a machine, and tries it.</summary>
internal static class Examination
{
    private static readonly (string Kind, string Holds)[] _kinds =
    [
        ("cifar10:DIR", "data_batch_1.bin … data_batch_5.bin, test_batch.bin (the binary version), or the Python version without .bin"),
        ("cifar100:DIR", "train.bin, test.bin (the binary version), or the Python version without .bin"),
        ("svhn:FILE.mat", "train_32x32.mat or test_32x32.mat"),
        ("fashion-mnist:DIR", "train-images-idx3-ubyte, t10k-images-idx3-ubyte and their labels, also .gz"),
        ("mnist:DIR", "the same files of MNIST"),
        ("imagenet:DIR", "a folder a class (n01440764, …) with JPEG or PNG images"),
    ];

    /// <summary>Everything, in the order in which it is shown.</summary>
    /// <param name="data">Data that the user asks about.</param>
    /// <param name="console">Where the findings will be shown.</param>
    /// <param name="cancellation">Looked at between two findings.</param>
    public static IReadOnlyList<Finding> Run(IReadOnlyList<string> data, IAnsiConsole console, CancellationToken cancellation)
    {
        List<Finding> findings = [];
        foreach (Finding finding in Machine().Concat(EngineExamination.Run(new DemoSetup())).Concat(LibtorchExamination.Run()).Concat(Data(data)).Append(Screen(console)))
        {
            cancellation.ThrowIfCancellationRequested();
            findings.Add(finding);
        }

        return findings;
    }

    private static IEnumerable<Finding> Machine()
    {
        const string Area = "machine";
        MachineDescription machine = MachineDescription.Current;
        yield return new Finding(Area, "processor", null, $"{machine.Cpu}, {machine.Architecture}, {machine.Cores} logical");
        yield return new Finding(
            Area, "instructions", machine.InstructionSets.Count > 0, machine.InstructionSets.Count > 0 ? string.Join(", ", machine.InstructionSets) : "no vector instructions: slow");
        GC.Collect(); // before the first collection the runtime doesn't know
        long free = machine.MemoryBytes - GC.GetGCMemoryInfo().MemoryLoadBytes;
        yield return new Finding(Area, "memory", null, $"{machine.MemoryBytes / 1e9:F1} GB, {Math.Max(0, free) / 1e9:F1} GB of it free");
        yield return new Finding(Area, "system", null, $"{machine.Os}, {machine.Runtime}");
    }

    private static IEnumerable<Finding> Data(IReadOnlyList<string> asked)
    {
        const string Area = "data";
        yield return Finding.Of(Area, "samples", () => Described(ImageDataset.Open("samples")));
        foreach (string specification in asked)
        {
            Finding test = Finding.Of(Area, specification, () => Described(ImageDataset.Open(specification)));
            Finding train = Finding.Of(Area, specification, () => Described(ImageDataset.Open(specification, "train")));
            yield return test.Works == true && train.Works == true ? test with { Detail = $"{test.Detail}; {train.Detail}" } : test.Works == true ? test : train.Works == true ? train : test;
        }

        foreach ((string kind, string holds) in _kinds.Where(kind => !asked.Any(a => a.StartsWith(kind.Kind.Split(':')[0] + ":", StringComparison.Ordinal))))
            yield return new Finding(Area, kind, null, holds);
    }

    private static string Described(IImageDataset images) =>
        $"{images.Split}: {images.Count:N0} images of {images.Channels}×{images.Height}×{images.Width}, {images.Classes:N0} classes";

    private static Finding Screen(IAnsiConsole console)
    {
        bool isTerminal = console.Profile.Out.IsTerminal;
        bool colours = console.Profile.Capabilities.ColorSystem != ColorSystem.NoColors;
        return new Finding(
            "output", isTerminal ? "terminal" : "file or pipe", null,
            $"{console.Profile.Width} columns, {(colours ? "colours" : "no colours")}, {(console.Profile.Capabilities.Unicode ? "Unicode" : "ASCII")};"
                + $" {(isTerminal ? "progress bars" : "no progress bars")}");
    }
}

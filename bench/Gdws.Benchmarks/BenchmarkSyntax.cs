namespace Gdws.Benchmarks;

/// <summary>
/// What may follow a benchmark's name: arguments in order, then options, each with a value. A command line is checked by it before anything is measured.
/// </summary>
/// <param name="Name">The benchmark.</param>
/// <param name="Arguments">
/// The arguments, as the usage shows them; those in brackets may be left out, from the last one on, and one that ends in … may be there several times.
/// </param>
/// <param name="Options">The options with examples of their values, as the usage shows them.</param>
/// <param name="Note">What the usage adds.</param>
internal sealed record BenchmarkSyntax(string Name, string Arguments = "", string Options = "", string Note = "")
{
    private const string OneArchitecture = "a PreActResNet-18 of 10 classes made by `gdws convert`; 0 threads: libtorch's own";

    public static IReadOnlyList<BenchmarkSyntax> All { get; } =
    [
        new("ablation", "NET.onnx CALIBRATION-DATA EVALUATION-DATA",
            "--samples 2000 --calibrate-first N --calibrate-from 0 --held-out 200 --images 0 --evaluate-split test --evaluate-from 0"
            + " --accuracy-of NAME,… --natural-only 0|1 --robust-loss 0|1 --speedups 2.2,3.6 --round-to 16 --rows NAME,… --eps 8/255 --calibrate-eps EPS --step 2/255 --seed 0",
            "a row with settings of its own: NAME:gamma=1:images=1000, of gamma, coherence, adaptive, images, rounds and als"),
        new("attack-throughput", "NET [BATCH=50] [ITERATIONS=5] [ROUNDS=5] [THREADS=0]", Note: OneArchitecture),
        new("protocol-throughput", "NET.onnx DATA [IMAGES=50] [ITERATIONS=20] [ROUNDS=3] [BATCH=128] [THREADS=0]", Note: OneArchitecture),
        new("sensitivity", "NET.onnx DATA [IMAGES=64]"),
        new("engine", "NET|ARCHITECTURE…", "--g 0,1,1.5,2,3 --batch 1,4,32 --threads 1,2 --seconds 2 --against onnxruntime,torch",
            "--g: kernels a channel, 0 for the network as it is; an architecture has random weights"),
        new("engine-layers", "[BATCH=1]"),
        new("engine-load", "NET.onnx…"),
        new("engine-steps", "NET|ARCHITECTURE [KERNELS-PER-CHANNEL=0] [BATCH=1]"),
        new("kernels", "[FILTER]", Note: "FILTER: a part of a kernel's name or case, e.g. Winograd or Vector512"),
        new("training-throughput", "[WIDTH=16] [BATCH=64] [ITERATIONS=5] [STEPS=4] [ROUNDS=5] [THREADS=1]"),
        new("training-memory", "[STEPS=1200] [METHOD=msd] [ARCHITECTURE=preactresnet18]"),
        new("spectra"),
    ];

    /// <summary>How it is written.</summary>
    public string Usage => string.Join(
        ' ',
        ((string[])["Gdws.Benchmarks", Name, Arguments, .. OptionPairs.Select(pair => $"[{pair[0]} {pair[1]}]"), Note.Length == 0 ? "" : $"({Note})"])
            .Where(part => part.Length > 0));

    private string[] ArgumentList => Arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private string[][] OptionPairs => [.. Options.Split(' ', StringSplitOptions.RemoveEmptyEntries).Chunk(2)];

    /// <summary>What is wrong with a command line, or null.</summary>
    /// <param name="words">The benchmark's name and what follows it.</param>
    public static string? Mistake(IReadOnlyList<string> words)
    {
        if (words.Count == 0 || All.FirstOrDefault(syntax => syntax.Name == words[0]) is not { } found)
            return $"usage: Gdws.Benchmarks {string.Join('|', All.Select(syntax => syntax.Name))} …";
        return found.MistakeIn([.. words.Skip(1)]) is { } mistake ? $"{mistake}; usage: {found.Usage}" : null;
    }

    private string? MistakeIn(string[] words)
    {
        string[] arguments = [.. words.TakeWhile(word => !IsOption(word))];
        int least = ArgumentList.Count(argument => !argument.StartsWith('['));
        int most = Arguments.EndsWith('…') ? int.MaxValue : ArgumentList.Length;
        if (arguments.Length < least)
            return $"{ArgumentList[arguments.Length].TrimEnd('…')} is missing";
        if (arguments.Length > most)
            return $"'{arguments[most]}' is one argument too many";
        foreach (string[] pair in words.Skip(arguments.Length).Chunk(2))
        {
            if (!OptionPairs.Any(option => option[0] == pair[0]))
                return $"unknown option {pair[0]}";
            if (pair.Length == 1 || IsOption(pair[1]))
                return $"{pair[0]} has no value";
        }

        return null;
    }

    private static bool IsOption(string word) => word.StartsWith("--", StringComparison.Ordinal);
}

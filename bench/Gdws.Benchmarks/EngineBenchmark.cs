using System.Globalization;
using Gdws.Architectures;
using Gdws.Checkpoints;
using Gdws.Execution;
using Gdws.Execution.Engine;
using Gdws.Onnx;
using Gdws.OnnxRuntime;
using Gdws.Planning;

namespace Gdws.Benchmarks;

/// <summary>
/// Our engine against ONNX Runtime on a network, as it is and with GDWS convolutions: both take turns in one run, medians of at least five rounds.
/// </summary>
internal static class EngineBenchmark
{
    private const string Usage =
        "usage: Gdws.Benchmarks engine NET [--g 0,1,1.5,2,3] [--batch 1,32] [--threads 1,2] [--seconds 2]\n"
        + "  NET is an .onnx file or a checkpoint; --g is the number of kernels a channel, 0 for the network as it is";

    public static int Run(string[] arguments)
    {
        if (arguments.Length == 0)
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }

        OnnxModel network = Load(arguments[0]);
        double[] ratios = Numbers(arguments, "--g", [0, 1, 1.5, 2, 3]);
        double[] batches = Numbers(arguments, "--batch", [1, 32]);
        double[] threads = Numbers(arguments, "--threads", [1, 2]);
        TimeSpan duration = TimeSpan.FromSeconds(Numbers(arguments, "--seconds", [2])[0]);

        Console.WriteLine($"{MachineDescription.Current}, {network.Source}");
        Console.WriteLine("| network | batch | threads | onnxruntime, images/s | gdws, images/s | ratio | rounds |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        Spectra spectra = Spectra.Of(network);
        foreach (double ratio in ratios)
        {
            OnnxModel model = ratio == 0 ? network : Planner.WithKernelsPerChannel(spectra, ratio, always: true).ApplyTo(network);
            string name = ratio == 0 ? "dense" : $"G = {ratio}C";
            foreach (int count in threads.Select(t => (int)t))
            {
                using IEngineSession other = new OnnxRuntimeEngine().Load(model, count);
                using IEngineSession ours = new GdwsEngine().Load(model, count);
                foreach (int batch in batches.Select(b => (int)b))
                {
                    ThroughputOptions options = new() { Batch = batch, Threads = count, Duration = duration, WarmUpLimit = duration };
                    ThroughputReport report = new ThroughputMeasurement(options).Run([new(name, "onnxruntime", other), new(name, "gdws", ours)]);
                    (double theirFps, double ourFps) = (report.Results[0].Fps, report.Results[1].Fps);
                    Console.WriteLine($"| {name} | {batch} | {count} | {theirFps:F1} | {ourFps:F1} | {ourFps / theirFps:F2} | {report.Rounds} |");
                }
            }
        }

        return 0;
    }

    public static OnnxModel Load(string path) => path.EndsWith(".onnx", StringComparison.Ordinal)
        ? InputConversion.None.Prepend(OnnxModel.Load(path))
        : Architecture.Build("auto", Checkpoint.Load(path).State);

    private static double[] Numbers(string[] arguments, string option, double[] fallback)
    {
        int index = Array.IndexOf(arguments, option);
        return index < 0 || index + 1 >= arguments.Length
            ? fallback
            : [.. arguments[index + 1].Split(',').Select(n => double.Parse(n, CultureInfo.InvariantCulture))];
    }
}

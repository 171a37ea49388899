using System.Globalization;
using Gdws.Architectures;
using Gdws.Checkpoints;
using Gdws.Execution;
using Gdws.Execution.Engine;
using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Benchmarks;

/// <summary>
/// Our engine against others on whole networks, as they are and with GDWS convolutions: all take turns in one run, medians of at least five rounds.
/// </summary>
internal static class EngineBenchmark
{
    public static int Run(string[] arguments)
    {
        string[] networks = [.. arguments.TakeWhile(argument => !argument.StartsWith("--", StringComparison.Ordinal))];
        double[] ratios = Numbers(arguments, "--g", [0, 1, 1.5, 2, 3]);
        int[] batches = [.. Numbers(arguments, "--batch", [1, 4, 32]).Select(b => (int)b)];
        int[] threads = [.. Numbers(arguments, "--threads", [1, 2]).Select(t => (int)t)];
        TimeSpan duration = TimeSpan.FromSeconds(Numbers(arguments, "--seconds", [2])[0]);
        string[] others = (Option(arguments, "--against") ?? "onnxruntime").Split(',');
        double peak = EnginePeak.Measure();

        Console.WriteLine($"{MachineDescription.Current}; one thread at best {peak:F1} GMAC/s");
        Console.WriteLine("Images a second, medians; the ratio is ours to the fastest other;");
        Console.WriteLine("of the peak: multiply-accumulates that the layers ask for, of what the threads could do.");
        Console.WriteLine($"| network | layers | batch | threads | {string.Join(" | ", others)} | gdws | ratio | of the peak | rounds |");
        Console.WriteLine($"|---|---|---|---|{string.Concat(others.Select(_ => "---|"))}---|---|---|---|");
        foreach (string path in networks)
        {
            OnnxModel network = Load(path);
            Spectra spectra = Spectra.Of(network);
            foreach (double ratio in ratios)
            {
                OnnxModel model = ratio == 0 ? network : Planner.WithKernelsPerChannel(spectra, ratio, always: true).ApplyTo(network);
                string layers = ratio == 0 ? "as they are" : $"G = {ratio}C";
                foreach (int count in threads)
                    Compare($"| {Path.GetFileNameWithoutExtension(path)} | {layers}", model, count, batches, others, duration, peak);
            }
        }

        return 0;
    }

    /// <summary>A network from a file, or one with random weights.</summary>
    public static OnnxModel Load(string path) =>
        Architecture.Names.Contains(path) ? Architecture.Initialize(path)
        : path.EndsWith(".onnx", StringComparison.Ordinal) ? InputConversion.None.Prepend(OnnxModel.Load(path))
        : Architecture.Build("auto", Checkpoint.Load(path).State);

    private static void Compare(string row, OnnxModel model, int threads, int[] batches, string[] others, TimeSpan duration, double peak)
    {
        List<ThroughputCandidate> candidates = [.. others.Select(name => new ThroughputCandidate(row, name, OtherEngines.Of(name).Load(model, threads)))];
        candidates.Add(new ThroughputCandidate(row, "gdws", new GdwsEngine().Load(model, threads)));
        double macs = model.Convolutions.Sum(layer => layer.Macs) / 1e9;
        foreach (int batch in batches)
        {
            ThroughputOptions options = new() { Batch = batch, Threads = threads, Duration = duration, WarmUpLimit = duration };
            ThroughputReport report = new ThroughputMeasurement(options).Run(candidates);
            double[] fps = [.. report.Results.Select(result => result.Fps)];
            string figures = string.Join(" | ", fps.Select(f => f.ToString("F1", CultureInfo.InvariantCulture)));
            Console.WriteLine(
                $"{row} | {batch} | {threads} | {figures} | {fps[^1] / fps[..^1].Max():F2} | {macs * fps[^1] / peak / threads:P0} | {report.Rounds} |");
        }

        foreach (ThroughputCandidate candidate in candidates)
            candidate.Session.Dispose();
    }

    private static string? Option(string[] arguments, string option)
    {
        int index = Array.IndexOf(arguments, option);
        return index < 0 || index + 1 >= arguments.Length ? null : arguments[index + 1];
    }

    private static double[] Numbers(string[] arguments, string option, double[] fallback) =>
        Option(arguments, option)?.Split(',').Select(n => double.Parse(n, CultureInfo.InvariantCulture)).ToArray() ?? fallback;
}

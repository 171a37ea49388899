using System.Diagnostics;
using System.Globalization;
using Gdws.Data;
using Gdws.Onnx;
using Gdws.Torch;
using Gdws.Torch.Attacks;
using Gdws.Torch.Evaluation;

namespace Gdws.Benchmarks;

/// <summary>
/// How long a robust accuracy takes: the public code's loop, written by hand on the same libtorch with everything that it does, against our evaluation of the
/// same images with the same step and number of steps. Both include the natural accuracy. They run in turns; both accuracies are shown,
/// since a fast attack that is weaker would be worth nothing.
/// </summary>
internal static class ProtocolThroughput
{
    private static readonly ThreatModel _threat = new(Norm.Linf, 8.0 / 255);

    public static int Run(string[] arguments)
    {
        int iterations = Argument(arguments, 3, 20), rounds = Argument(arguments, 4, 3), batch = Argument(arguments, 5, 128);
        if (Argument(arguments, 6, 0) is > 0 and int threads)
            TorchRuntime.Threads = threads;
        OnnxModel model = OnnxModel.Load(arguments[0]);
        IImageDataset data = ImageDataset.Open(arguments[1]).Take(Argument(arguments, 2, 50));
        double step = iterations >= 100 ? 1.0 / 255 : 2.0 / 255;

        using TorchNetwork folded = new(model);
        using TorchNetwork unfolded = new(model, options: new() { FoldBatchNormalization = false });
        PublicPgdLoop loop = new(unfolded);
        RobustnessEvaluation ours = new() { BatchSize = batch, Attacks = [new PgdAttack(_threat) { Iterations = iterations, Step = step }] };
        RobustnessEvaluation protocol = new() { BatchSize = batch, Attacks = [new ReferencePgd(_threat) { Iterations = iterations, Step = step }] };
        (string Name, Func<(int Natural, int Robust)> Work)[] contestants =
        [
            ("public code's loop", () => loop.Measure(data, batch, _threat.Epsilon, step, iterations)),
            ("ours, --protocol reference", () => Counts(protocol.Run(folded, data))),
            ("ours", () => Counts(ours.Run(folded, data))),
        ];

        // The first images through libtorch are slow for everybody.
        _ = Counts(new RobustnessEvaluation { Attacks = [new PgdAttack(_threat) { Iterations = 2 }] }.Run(folded, data.Take(16)));
        _ = loop.Measure(data.Take(16), 16, _threat.Epsilon, step, 2);
        List<double>[] seconds = [.. contestants.Select(_ => new List<double>())];
        List<double>[] processorSeconds = [.. contestants.Select(_ => new List<double>())];
        (int Natural, int Robust)[] found = new (int, int)[contestants.Length];
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < contestants.Length; i++)
            {
                TimeSpan processor = Environment.CpuUsage.TotalTime;
                Stopwatch watch = Stopwatch.StartNew();
                found[i] = contestants[i].Work();
                seconds[i].Add(watch.Elapsed.TotalSeconds);
                processorSeconds[i].Add((Environment.CpuUsage.TotalTime - processor).TotalSeconds);
            }
        }

        Console.WriteLine($"{model.Source}, {data.Count} images, PGD-{iterations}, {rounds} rounds, {TorchRuntime.Threads} threads, {Environment.ProcessorCount} processors");
        double baseline = Median(seconds[0]), processorBaseline = Median(processorSeconds[0]);
        for (int i = 0; i < contestants.Length; i++)
        {
            double median = Median(seconds[i]), processor = Median(processorSeconds[i]);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{contestants[i].Name,-28} {median,7:0.00} s ({seconds[i].Min():0.00} to {seconds[i].Max():0.00}), ratio {baseline / median:0.00}; ") + string.Create(CultureInfo.InvariantCulture,
                $"{processor:0.00} processor seconds, ratio {processorBaseline / processor:0.00}; natural {found[i].Natural}, robust {found[i].Robust} of {data.Count}"));
        }

        return 0;
    }

    private static (int Natural, int Robust) Counts(EvaluationResult result) => (result.Natural.Correct, result.Robust[0].Correct);

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static int Argument(string[] arguments, int position, int fallback)
    {
        if (position >= arguments.Length)
            return fallback;
        return int.TryParse(arguments[position], NumberStyles.Integer, CultureInfo.InvariantCulture, out int value) && value >= 0
            ? value
            : throw new GdwsException($"expected a number, found {arguments[position]}");
    }
}

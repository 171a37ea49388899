using System.Diagnostics;
using Gdws.Data;
using Gdws.Onnx;
using Gdws.Planning;
using Gdws.Torch;
using Gdws.Torch.Attacks;
using Gdws.Torch.Calibration;
using Gdws.Torch.Evaluation;

namespace Gdws.Benchmarks;

/// <summary>Judges every part of the calibration on the same images: a row a recipe, a block a budget.</summary>
internal sealed class Ablation : IDisposable
{
    private readonly AblationOptions _options;
    private readonly CalibrationStatistics _statistics;
    private readonly HeldOutImages _heldOut;
    private readonly IImageDataset? _evaluation;
    private readonly PgdAttack _attack;
    private readonly (string Name, CalibrationRecipe? Recipe)[] _rows;
    private EvaluationResult? _dense;

    private Ablation(AblationOptions options)
    {
        _options = options;
        _rows = [.. AblationRows.Named(options.Rows)];
        OnnxModel network = OnnxModel.Load(options.Network);
        IImageDataset data = Open(options.CalibrationData).Skip(options.CalibrateFrom);
        if (options.CalibrateFirst > 0)
            data = data.Take(options.CalibrateFirst);
        ThreatModel threat = new(Norm.Linf, options.Epsilon);
        _attack = new PgdAttack(threat) { Iterations = 20, Seed = options.Seed };
        if (options.Step > 0)
            _attack = _attack with { Step = options.Step };
        _evaluation = options.Images > 0 ? ImageDataset.Open(options.EvaluationData, options.EvaluateSplit).Skip(options.EvaluateFrom).Take(options.Images) : null;
        int rest = Math.Max(1, data.Count - options.HeldOut);
        Stopwatch watch = Stopwatch.StartNew();
        _statistics = CalibrationStatistics.Collect(
            Spectra.Of(network),
            data.Take(rest),
            new CalibrationOptions
            {
                Samples = options.Samples,
                Seed = options.Seed,
                Recipe = CalibrationRecipe.Of(CalibrationEffort.Full),
                Attack = new PgdAttack(options.CalibrateEpsilon > 0 ? new ThreatModel(Norm.Linf, options.CalibrateEpsilon) : threat) { Iterations = 10 },
            },
            new StageTimes());
        Console.WriteLine($"statistics of {_statistics.Record.Images:N0} images: {watch.Elapsed.TotalSeconds:F0} s");
        foreach (string warning in _statistics.Warnings)
            Console.WriteLine(warning);
        _heldOut = new HeldOutImages(network, data.Skip(rest), threat, options.Seed);
    }

    public static int Run(string[] arguments)
    {
        using Ablation ablation = new(AblationOptions.Parse(arguments));
        ablation.Compare();
        return 0;
    }

    public void Dispose()
    {
        _statistics.Dispose();
        _heldOut.Dispose();
    }

    private static IImageDataset Open(string specification) =>
        ImageDataset.Open(specification, DatasetSpecification.Parse(specification).Kind is DatasetKind.Cifar10 or DatasetKind.Cifar100 ? "train" : "test");

    private void Compare()
    {
        Console.WriteLine("| MACs saved | recipe | KL clean | KL adversarial | robust loss | natural (drop) | top 5 (drop) | PGD-20 (drop) | seconds |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        using (TorchNetwork network = new(_statistics.Spectra.Network))
        {
            _dense = _evaluation is null ? null : Evaluate(network);
            string accuracies = _dense is null ? " | | " : $"{_dense.Natural.Accuracy:F1} | {_dense.Natural.TopFiveAccuracy:F1} | ";
            string robust = _dense is null || _options.NaturalOnly ? "" : $"{_dense.Robust[0].Accuracy:F1}";
            Console.WriteLine($"| 1× | dense | 0 | 0 | {RobustLoss(network)} | {accuracies}{robust} | |");
        }

        foreach ((string name, CalibrationRecipe? recipe) in _rows)
        {
            Stopwatch watch = Stopwatch.StartNew();
            using Calibrator? calibrator = recipe is null ? null : new Calibrator(_statistics, recipe);
            double preparation = watch.Elapsed.TotalSeconds;
            foreach (double speedup in _options.Speedups)
            {
                watch.Restart();
                (GdwsPlan plan, OnnxModel network) = Approximate(name, calibrator, speedup);
                Print(name, plan, network, preparation, watch.Elapsed.TotalSeconds);
            }
        }
    }

    private (GdwsPlan Plan, OnnxModel Network) Approximate(string name, Calibrator? calibrator, double speedup)
    {
        if (calibrator is not null)
        {
            CalibrationResult result = calibrator.Approximate(new Budget(BudgetKind.SpeedupMacs, speedup, _options.RoundTo));
            return (result.Plan, result.Network);
        }

        if (name != AblationRows.Lego)
        {
            GdwsPlan whole = Planner.WithinMacs(_statistics.Spectra, speedup, roundTo: _options.RoundTo) with { BiasCorrection = name == AblationRows.PlainWithBias };
            return (whole, whole.ApplyTo(_statistics.Spectra.Network));
        }

        // LEGO has no budget of MACs: the β that comes to it.
        double low = 0, high = 1;
        GdwsPlan plan = Planner.WithinError(_statistics.Spectra, high, roundTo: _options.RoundTo);
        while ((double)plan.MacsBefore / plan.MacsAfter < speedup)
            plan = Planner.WithinError(_statistics.Spectra, high *= 2, roundTo: _options.RoundTo);
        for (int i = 0; i < 40; i++)
        {
            double middle = (low + high) / 2;
            GdwsPlan trial = Planner.WithinError(_statistics.Spectra, middle, roundTo: _options.RoundTo);
            if ((double)trial.MacsBefore / trial.MacsAfter < speedup)
                low = middle;
            else
                (high, plan) = (middle, trial);
        }

        return (plan, plan.ApplyTo(_statistics.Spectra.Network));
    }

    private void Print(string name, GdwsPlan plan, OnnxModel model, double preparation, double seconds)
    {
        using TorchNetwork network = new(model, options: new() { SkipFinalSoftmax = true });
        (double clean, double adversarial) = _heldOut.Divergences(network);
        string accuracies = " | | ";
        if (_dense is not null && (_options.AccuracyOf.Length == 0 || _options.AccuracyOf.Contains(name)))
        {
            EvaluationResult result = Evaluate(network);
            (NaturalResult before, NaturalResult after) = (_dense.Natural, result.Natural);
            accuracies = $"{after.Accuracy:F1} ({Drop(before.Standing, after.Standing)}) | "
                + $"{after.TopFiveAccuracy:F1} ({Drop(before.StandingTopFive, after.StandingTopFive)}) | "
                + (_options.NaturalOnly ? "" : $"{result.Robust[0].Accuracy:F1} ({Drop(_dense.Robust[0].Standing, result.Robust[0].Standing)})");
        }

        Console.WriteLine(
            $"| {(double)plan.MacsBefore / plan.MacsAfter:F2}× | {name} | {clean:F4} | {adversarial:F4} | {RobustLoss(network)} | {accuracies} | {preparation:F0} + {seconds:F0} |");
    }

    private string RobustLoss(TorchNetwork network) => _options.RobustLoss ? $"{_heldOut.RobustLoss(network):F3}" : "";

    private EvaluationResult Evaluate(TorchNetwork network) =>
        new RobustnessEvaluation { Attacks = _options.NaturalOnly ? [] : [_attack] }.Run(network, _evaluation!);

    private PairedDrop Drop(IReadOnlyList<int> before, IReadOnlyList<int> after) => PairedDrop.Of(before, after, _evaluation!.Count);

    /// <summary>Tells on standard error how long each stage took.</summary>
    private sealed class StageTimes : IProgress<CalibrationProgress>
    {
        private readonly Stopwatch _watch = Stopwatch.StartNew();

        public void Report(CalibrationProgress value)
        {
            if (value.Done == value.Total)
                Console.Error.WriteLine($"{value.Stage}: done after {_watch.Elapsed.TotalSeconds:F0} s");
        }
    }
}

using Gdws.Cli.Evaluation;
using Gdws.Cli.Output;
using Gdws.Data;
using Gdws.Execution;
using Gdws.Onnx;
using Gdws.OnnxRuntime;
using Gdws.Planning;
using Gdws.Torch.Attacks;
using Gdws.Torch.Calibration;

namespace Gdws.Cli.Demo;

/// <summary>Approximates the network that ships and measures it before and after.</summary>
internal static class DemoRun
{
    public static DemoResult Run(DemoSetup setup, IProgress<WorkProgress> progress, CancellationToken cancellation)
    {
        IImageDataset all = ImageDataset.Open(setup.Data);
        IImageDataset images = all.Take(all.Count - setup.CalibrationImages);
        List<DemoNetwork> networks = [.. Approximate(setup, all.Skip(images.Count), progress, cancellation)];
        for (int i = 0; i < networks.Count; i++)
            networks[i] = networks[i] with { Accuracy = Accuracy(setup, networks[i], images, progress, cancellation) };

        ThroughputReport throughput = Throughput(setup, networks, progress, cancellation);
        return new DemoResult
        {
            Setup = setup,
            Images = images.Count,
            Networks = [.. networks.Zip(throughput.Results, (network, result) => network with { Throughput = result })],
            Throughput = throughput,
        };
    }

    private static IEnumerable<DemoNetwork> Approximate(
        DemoSetup setup, IImageDataset calibrationImages, IProgress<WorkProgress> progress, CancellationToken cancellation)
    {
        OnnxModel dense = OnnxModel.Load(setup.Network);
        yield return new DemoNetwork { Name = "dense", File = "dense.onnx", Model = dense, Complexity = NetworkComplexity.Of(dense) };

        Spectra spectra = Spectra.Of(dense);
        foreach (double speedup in setup.Speedups)
        {
            GdwsPlan plan = Planner.WithinMacs(spectra, speedup, roundTo: Planner.RuntimeBlock);
            yield return Approximated("GDWS", speedup, plan, plan.ApplyTo(dense));
        }

        RelayedProgress<CalibrationProgress> relayed = new(progress, p => new WorkProgress(p.Stage, p.Done, p.Total, p.Unit));
        CalibrationOptions options = new() { Samples = 2 * calibrationImages.Count, Attack = (PgdAttack)setup.CalibrationAttack.ToAttack(), Seed = setup.Seed };
        using CalibrationStatistics statistics = CalibrationStatistics.Collect(spectra, calibrationImages, options, relayed, cancellation);
        using Calibrator calibrator = new(statistics, null, relayed, cancellation);
        foreach (double speedup in setup.CalibratedSpeedups)
        {
            CalibrationResult result = calibrator.Approximate(new Budget(BudgetKind.SpeedupMacs, speedup, Planner.RuntimeBlock), always: false, cancellation);
            yield return Approximated("calibrated", speedup, result.Plan, result.Network);
        }
    }

    private static DemoNetwork Approximated(string kind, double speedup, GdwsPlan plan, OnnxModel model) => new()
    {
        Name = $"{kind}, MACs ÷ {speedup}",
        File = $"{kind.ToLowerInvariant()}-macs-{speedup}.onnx",
        Model = model,
        Plan = plan,
        Complexity = NetworkComplexity.Of(model),
    };

    /// <summary>Natural accuracy on all images (ONNX Runtime is faster), robust accuracy on the first ones (libtorch has gradients).</summary>
    private static AccuracyReport Accuracy(
        DemoSetup setup, DemoNetwork network, IImageDataset images, IProgress<WorkProgress> progress, CancellationToken cancellation)
    {
        RelayedProgress<WorkProgress> named = new(progress, p => p with { Part = $"{network.Name}: {p.Part.Split(',')[0]}" });
        AccuracyCount natural =
            EngineAccuracy.Measure(new OnnxRuntimeEngine(), network.Model, images, setup.Batch, named, cancellation).Natural;
        RelayedProgress<WorkProgress> attackOnly = new(new Ignoring(named, "natural"), p => p);
        AccuracyReport attacked = TorchAccuracy.Measure(
            network.Model, images.Take(setup.AttackedImages), [setup.Attack], "cpu", setup.Batch, attackOnly, cancellation);
        return new AccuracyReport(natural, attacked.Robust);
    }

    private static ThroughputReport Throughput(
        DemoSetup setup, List<DemoNetwork> networks, IProgress<WorkProgress> progress, CancellationToken cancellation)
    {
        OnnxRuntimeEngine engine = new();
        List<ThroughputCandidate> candidates = [];
        try
        {
            foreach (DemoNetwork network in networks)
                candidates.Add(new ThroughputCandidate(network.File, engine.Name, engine.Load(network.Model, 1)));
            ThroughputMeasurement measurement = new(new ThroughputOptions { Duration = setup.BenchmarkTime, Seed = setup.Seed });
            return measurement.Run(
                candidates,
                new RelayedProgress<double>(progress, WorkProgress.OfThroughput),
                cancellation);
        }
        finally
        {
            candidates.ForEach(candidate => candidate.Session.Dispose());
        }
    }

    /// <summary>Leaves out the parts whose name holds a word.</summary>
    private sealed class Ignoring(IProgress<WorkProgress> target, string word) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value)
        {
            if (!value.Part.Contains(word, StringComparison.Ordinal))
                target.Report(value);
        }
    }
}

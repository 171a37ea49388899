using Gdws.Cli.Comparison;
using Gdws.Cli.Evaluation;
using Gdws.Cli.Output;
using Gdws.Data;
using Gdws.Execution;
using Gdws.Latency;
using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Cli.Sweeps;

/// <summary>
/// Asks a sweep's questions one after another and puts the answers together:
/// <code>
///   network, budgets ─► networks ─► accuracies ─► frames per second ─► gallery ─► SweepResult
/// </code>
/// </summary>
internal sealed class SweepRun(SweepSetup setup, IAnswers answers, IProgress<WorkProgress> progress, CancellationToken cancellation)
{
    /// <summary>Raised where a change of this program changes answers, so that those of before don't count.</summary>
    private const int Generation = 1;

    private readonly string _version = $"{SweepVersions.Gdws} {Generation}";
    private readonly List<string> _warnings = [];

    public SweepResult Run()
    {
        OnnxModel dense = NetworkFile.Load(setup.Network);
        NetworkSignature signature = NetworkSignature.Of(dense);
        setup.Images.RequireMatches(signature.Channels, signature.Height, signature.Width, signature.Classes, setup.Network);
        string data = DataIdentity.Of(setup.Images);

        Spectra spectra = Spectra.Of(dense);
        SweptNetwork[] networks = [.. new SweepNetworks(setup, answers, _version, _warnings, progress, cancellation).All(dense, spectra)];
        if (setup.Prunings is { } prunings)
            networks = [.. networks, .. new PrunedNetworks(prunings, setup.Device, answers, _version, progress, cancellation).All(networks[0])];
        for (int i = 0; i < networks.Length; i++)
            networks[i] = WithAccuracy(networks[i], data);

        Speeds speeds = Throughput(networks);
        _warnings.AddRange(speeds.Report.Warnings);
        LatencyModel? times = setup.LayerTimes ? LayerTimes(networks[0]) : null;
        Gallery? gallery = setup.Attacks.Count == 0 || setup.Pictures == 0 ? null : Pictures(networks, data);
        return new SweepResult
        {
            Title = setup.Title,
            Introduction = setup.Introduction,
            Command = setup.Command,
            Steps = [.. SweepSteps.Of(setup, [.. networks.Select(network => network.Result)])],
            Versions = SweepVersions.Of(setup),
            Data = new SweepData(setup.Images.Name, setup.Images.Split, setup.Images.Count, setup.AttackedImages),
            Seed = setup.Seed,
            Networks = [.. networks.Zip(speeds.Report.Results, WithSpeed).Select(network => times is null
                ? network
                : network with { Layers = [.. network.Layers.Select(layer => layer.TimedBy(times))] })],
            Speed = new SpeedConditions(setup.Engine, speeds.Report.Batch, speeds.Report.Threads, speeds.Report.Rounds, speeds.Date),
            Machine = speeds.Report.Machine,
            Warnings = [.. _warnings.Distinct()],
            Spectra = SpectrumSummary.Of(spectra),
            Gallery = gallery,
        };
    }

    private SweptNetwork WithAccuracy(SweptNetwork network, string data)
    {
        cancellation.ThrowIfCancellationRequested();
        RelayedProgress<WorkProgress> named = new(progress, p => p with { Part = $"{network.Result.Name}: {p.Part.Split(',')[0]}" });
        bool onCpu = setup.Device == "cpu";
        string engine = onCpu ? Engines.OnnxRuntime : $"{Engines.Torch} {setup.Device}";
        AccuracyCount natural = answers.Get(
            "natural",
            new { _version, network.Sha256, data, engine, setup.EvaluationBatch },
            () => (onCpu
                ? EngineAccuracy.Measure(Engines.Create(engine), network.Model, setup.Images, setup.EvaluationBatch, named, cancellation)
                : TorchAccuracy.Measure(network.Model, setup.Images, [], setup.Device, setup.EvaluationBatch, named, cancellation)).Natural);

        NetworkResult result = network.Result with
        {
            Natural = new NaturalFigure(natural.Correct, natural.Images, natural.Accuracy, natural.Top5),
        };
        if (setup.Attacks.Count > 0)
        {
            RobustFigures robust = answers.Get(
                "robust",
                new { _version, network.Sha256, data, setup.AttackedImages, setup.Device, setup.EvaluationBatch, Attacks = setup.Attacks.Select(IdentityOf) },
                () => RobustFigures.Of(
                    TorchAccuracy.Measure(
                        network.Model, setup.Images.Take(setup.AttackedImages), setup.Attacks, setup.Device, setup.EvaluationBatch, WithoutNatural(named), cancellation),
                    setup.AttackedImages));
            result = result with { Robust = robust.Attacks, Union = robust.Union };
            _warnings.AddRange(robust.Warnings.Select(warning => $"{network.Result.Name}: {warning}"));
        }

        return network with { Result = result };
    }

    private Speeds Throughput(SweptNetwork[] networks) => answers.Get(
        "speed",
        new
        {
            _version,
            Networks = networks.Select(network => network.Sha256),
            setup.Engine,
            setup.Batch,
            setup.Threads,
            Seconds = setup.Duration.TotalSeconds,
            setup.Seed,
            Machine = MachineDescription.Current.ToString(),
            Versions = SweepVersions.Of(setup),
        },
        () =>
        {
            IEngine engine = Engines.Create(setup.Engine);
            List<ThroughputCandidate> candidates = [];
            try
            {
                foreach (SweptNetwork network in networks)
                    candidates.Add(new ThroughputCandidate(network.Result.Network, engine.Name, engine.Load(network.Model, setup.Threads)));
                ThroughputMeasurement measurement = new(new ThroughputOptions
                {
                    Batch = setup.Batch,
                    Threads = setup.Threads,
                    Duration = setup.Duration,
                    WarmUpLimit = setup.Duration,
                    Seed = setup.Seed,
                });
                ThroughputReport report = measurement.Run(candidates, new RelayedProgress<double>(progress, WorkProgress.OfThroughput), cancellation);
                return new Speeds(DateTime.UtcNow.ToString("yyyy-MM-dd"), report);
            }
            finally
            {
                candidates.ForEach(candidate => candidate.Session.Dispose());
            }
        });

    /// <summary>The milliseconds of the dense network's layers, as they are and with any number of kernels.</summary>
    private LatencyModel LayerTimes(SweptNetwork dense)
    {
        LatencyOptions options = new() { Batch = setup.Batch, Threads = setup.Threads, Duration = setup.Duration, Seed = setup.Seed };
        object question = new
        {
            _version,
            dense.Sha256,
            setup.Engine,
            options.Batch,
            options.Threads,
            Seconds = options.Duration.TotalSeconds,
            options.Seed,
            LatencyMeasurement.Machine,
            Versions = SweepVersions.Of(setup),
        };
        return LatencyModel.FromJson(answers.Get("layers", question, () => new LatencyMeasurement(options)
            .Run(dense.Model, Engines.Create(setup.Engine), new RelayedProgress<double>(progress, WorkProgress.OfLatency), cancellation).ToJson()));
    }

    private Gallery? Pictures(SweptNetwork[] networks, string data)
    {
        SweptNetwork[] shown = [.. networks.GroupBy(network => network.Result.Kind).Select(kind => kind.MaxBy(network => network.Result.SpeedupMacs)!)];
        return answers.Get(
            "gallery",
            new
            {
                _version,
                Networks = shown.Select(network => new { network.Sha256, network.Result.Name }),
                data,
                setup.Pictures,
                setup.AttackedImages,
                setup.Device,
                Attack = IdentityOf(setup.Attacks[0]),
            },
            () => GalleryMaker.Make(
                [.. shown.Select(network => (network.Result.Name, network.Model))],
                setup.Images.Take(setup.AttackedImages),
                setup.Attacks[0],
                setup.Device,
                setup.Pictures,
                cancellation));
    }

    private static NetworkResult WithSpeed(SweptNetwork network, ThroughputResult speed) => network.Result with
    {
        Fps = speed.Fps,
        FpsLow = speed.FpsLow,
        FpsHigh = speed.FpsHigh,
        Runs = speed.Runs,
        RatioToBaseline = speed.RatioToBaseline,
    };

    private static object IdentityOf(AttackChoice choice) => new
    {
        choice.Kind,
        Norm = choice.Norm.ToString(),
        Epsilon = choice.Epsilon.Value,
        Step = choice.Step?.Value,
        choice.Iterations,
        choice.Restarts,
        choice.Seed,
    };

    /// <summary>Natural accuracy was shown before; here it is only what the attack begins with.</summary>
    private static RelayedProgress<WorkProgress> WithoutNatural(IProgress<WorkProgress> target) => new(new Ignoring(target, "natural"), p => p);

    private sealed record Speeds(string Date, ThroughputReport Report);

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

using System.CommandLine;
using System.CommandLine.Parsing;
using Gdws.Cli.Output;
using Gdws.Execution;
using Gdws.Latency;
using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Cli.Verbs;

/// <summary>Measures images per second of networks against each other.</summary>
internal sealed class BenchmarkVerb : Verb
{
    private const string AllEngines = "all";

    private readonly Argument<string[]> _networks = new("NET")
    {
        Description = "Networks (.onnx); the first one is the baseline",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<int> _batch = SharedOptions.Whole("--batch", "N", 1, 1, "Images a run", most: 65_536);
    private readonly Option<int> _threads = SharedOptions.Threads();
    private readonly Option<int> _seed = SharedOptions.Seed();
    private readonly Option<Fraction> _seconds =
        SharedOptions.Number("--seconds", "S", "3", "Time for the timed runs of each network", most: 86_400);
    private readonly Option<string> _engine =
        SharedOptions.Choice("--engine", Engines.OnnxRuntime, "What runs the networks", [.. Engines.Names, AllEngines]);

    private readonly Option<bool> _layers = new("--layers")
    {
        Description = "Measure every convolution of one network instead, dense and as GDWS with several numbers of kernels",
    };

    private readonly Option<string?> _output = new("-o", "--output")
    {
        Description = "With --layers: keep the times, for approximate --latency-model",
        HelpName = "LATENCY.json",
    };

    public BenchmarkVerb() : base(
        "benchmark",
        "Measures images per second (FPS) of networks against each other, in turns; with --layers the milliseconds of each layer",
        "gdws benchmark dense.onnx gdws.onnx --batch 1 --threads 1",
        "gdws benchmark dense.onnx --layers --engine onnxruntime -o latency.json")
    {
        Add(_networks);
        Add(_batch);
        Add(_threads);
        Add(_engine);
        Add(_seconds);
        Add(_layers);
        Add(_output);
        Add(_seed);
        Add(SharedOptions.Json);
        Validators.Add(RequireWhatLayersNeed);
    }

    protected override void Run(VerbContext context, ParseResult arguments)
    {
        if (arguments.GetValue(_layers))
        {
            BenchmarkLayers(context, arguments);
            return;
        }

        ThroughputOptions options = new()
        {
            Batch = arguments.GetValue(_batch),
            Threads = arguments.GetValue(_threads),
            Duration = TimeSpan.FromSeconds(arguments.GetValue(_seconds).Value),
            WarmUpLimit = TimeSpan.FromSeconds(arguments.GetValue(_seconds).Value),
            Seed = arguments.GetValue(_seed),
        };
        string engine = arguments.GetValue(_engine)!;
        string[] engines = engine == AllEngines ? Engines.Names : [engine];

        List<ThroughputCandidate> candidates = [];
        try
        {
            foreach (string path in arguments.GetRequiredValue(_networks))
            {
                OnnxModel model = NetworkFile.Load(path);
                if (NetworkSignature.Of(model).FixedBatch is { } size && size != options.Batch)
                    context.Warn($"{path}: takes batches of {size} only; a run of {options.Batch} images is several of them");
                foreach (string name in engines)
                    candidates.Add(new ThroughputCandidate(path, name, Engines.Create(name).Load(model, options.Threads)));
            }

            Show(context, Measure(context, options, candidates));
        }
        finally
        {
            candidates.ForEach(candidate => candidate.Session.Dispose());
        }
    }

    private void BenchmarkLayers(VerbContext context, ParseResult arguments)
    {
        string source = arguments.GetRequiredValue(_networks)[0];
        string? output = arguments.GetValue(_output);
        OutputPath.RequireDistinct([source], output, arguments.GetValue(SharedOptions.Json));
        if (output is not null)
            OutputPath.RequireWritable(output);
        LatencyOptions options = new()
        {
            Batch = arguments.GetValue(_batch),
            Threads = arguments.GetValue(_threads),
            Duration = TimeSpan.FromSeconds(arguments.GetValue(_seconds).Value),
            Seed = arguments.GetValue(_seed),
        };
        LatencyModel model = LayerTimes.Measure(context, NetworkFile.Load(source), arguments.GetValue(_engine)!, options);
        if (output is not null)
            model.Save(output);
        LayerTimes.Show(context, model);
        context.WriteJson(() => model);
    }

    private void RequireWhatLayersNeed(CommandResult result)
    {
        bool layers = result.GetValue(_layers);
        if (!layers && result.GetResult(_output) is { Implicit: false })
            result.AddError("-o keeps the times of layers: give --layers too");
        if (layers && result.GetValue(_networks) is { Length: > 1 } networks)
            result.AddError($"--layers measures one network at a time, found {networks.Length}");
        if (layers && result.GetValue(_engine) == AllEngines)
            result.AddError($"--layers measures one engine at a time: {string.Join(", ", Engines.Names)}");
    }

    /// <summary>Measures with a progress bar.</summary>
    public static ThroughputReport Measure(VerbContext context, ThroughputOptions options, IReadOnlyList<ThroughputCandidate> candidates) =>
        context.Track(progress => new ThroughputMeasurement(options).Run(
            candidates,
            new RelayedProgress<double>(progress, WorkProgress.OfThroughput),
            context.Cancellation));

    /// <summary>Prints what doesn't stand in a table: the machine and what makes the figures doubtful.</summary>
    public static void ShowCircumstances(VerbContext context, ThroughputReport report)
    {
        context.Line($"FPS: batch {report.Batch}, {report.Threads} {(report.Threads == 1 ? "thread" : "threads")},"
            + $" median of {report.Rounds} rounds (and their middle half)");
        context.Line($"{report.Machine}");
        foreach (string warning in report.Warnings)
            context.Warn(warning);
    }

    private static void Show(VerbContext context, ThroughputReport report)
    {
        FigureTable table = new FigureTable().Words("network", "engine").Figures("FPS", "middle half", "ratio", "runs");
        foreach (ThroughputResult result in report.Results)
        {
            table.Row(
                result.Network,
                result.Engine,
                Quantity.Rate(result.Fps),
                $"{Quantity.Rate(result.FpsLow)} – {Quantity.Rate(result.FpsHigh)}",
                Quantity.Ratio(result.RatioToBaseline),
                $"{result.Runs:N0}");
        }

        table.Print(context.Output);
        context.Line();
        ShowCircumstances(context, report);
        context.WriteJson(() => report);
    }
}

using System.CommandLine;
using System.CommandLine.Parsing;
using Gdws.Cli.Output;
using Gdws.Cli.Verbs;
using Gdws.Latency;
using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Cli.Approximation;

/// <summary>The options of <c>approximate</c> that say which measured times its budgets of time count in.</summary>
internal sealed class LatencyChoice
{
    private readonly Option<string?> _file = new("--latency-model")
    {
        Description = "Times of the layers by `gdws benchmark NET --layers -o LATENCY.json`; without it they are measured now",
        HelpName = "LATENCY.json",
    };

    private readonly Option<string?> _engine =
        SharedOptions.OptionalChoice("--engine", "What the times are of (else that of the latency model, or onnxruntime)", Engines.Names);
    private readonly Option<int?> _batch = SharedOptions.OptionalWhole("--batch", "N", "Images a run (else those of the latency model, or 1)");
    private readonly Option<int?> _threads = SharedOptions.OptionalWhole("--threads", "N", "Threads a run (else those of the latency model, or 1)");

    private readonly Option<Fraction> _seconds =
        SharedOptions.Number("--seconds", "S", "3", "Without a latency model: time for the timed runs of each shape of layer", most: 86_400);

    /// <summary>The options, for the verb to add.</summary>
    public IEnumerable<Option> Options => [_file, _engine, _batch, _threads, _seconds];

    /// <summary>The file that the times come from, or null.</summary>
    public string? File(ParseResult arguments) => arguments.GetValue(_file);

    /// <summary>Refuses these options where no budget of time is given.</summary>
    public void RequireBudgetOfTime(CommandResult result, bool isOfTime)
    {
        foreach (Option option in isOfTime ? [] : Options.Where(option => result.GetResult(option) is { Implicit: false }))
            result.AddError($"{option.Name} belongs to a budget of time: give --speedup R or --latency MS");
    }

    /// <summary>Reads the times, or measures them.</summary>
    /// <exception cref="GdwsException">The file isn't valid, or its times are of another network or of another engine, batch or threads than asked for.</exception>
    public LatencyModel Model(VerbContext context, ParseResult arguments, OnnxModel network)
    {
        if (File(arguments) is not { } file)
        {
            return LayerTimes.Measure(context, network, arguments.GetValue(_engine) ?? Engines.OnnxRuntime, new LatencyOptions
            {
                Batch = arguments.GetValue(_batch) ?? 1,
                Threads = arguments.GetValue(_threads) ?? 1,
                Duration = TimeSpan.FromSeconds(arguments.GetValue(_seconds).Value),
            });
        }

        LatencyModel model = LatencyModel.Load(file);
        RequireEqual(file, "--engine", arguments.GetValue(_engine) ?? model.Engine, model.Engine);
        RequireEqual(file, "--batch", arguments.GetValue(_batch) ?? model.Batch, model.Batch);
        RequireEqual(file, "--threads", arguments.GetValue(_threads) ?? model.Threads, model.Threads);
        try
        {
            model.RequireFor(network);
        }
        catch (GdwsException exception)
        {
            throw new GdwsException($"{file}: the times are of another network: {exception.Message}", exception);
        }

        if (!model.IsMadeFor(network))
            context.Warn($"{file}: was measured on {model.Network} with other weights or another graph; its layers are the same");
        if (model.Machine != LatencyMeasurement.Machine)
            context.Warn($"{file}: was measured on another machine: {model.Machine}");
        return model;
    }

    private static void RequireEqual<T>(string file, string option, T asked, T found)
    {
        if (!EqualityComparer<T>.Default.Equals(asked, found))
            throw new GdwsException($"{file}: the times are with {option} {found}, asked for was {option} {asked}");
    }
}

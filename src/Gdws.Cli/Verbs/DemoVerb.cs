using System.CommandLine;
using Gdws.Cli.Demo;
using Gdws.Cli.Output;

namespace Gdws.Cli.Verbs;

/// <summary>Does the main job on the network and images that ship.</summary>
internal sealed class DemoVerb : Verb
{
    private readonly Option<string> _output = new("-o", "--output")
    {
        Description = "The folder for the networks and the report",
        HelpName = "DIR",
        DefaultValueFactory = _ => "gdws-demo",
    };

    private readonly Option<int> _seed = SharedOptions.Seed();
    private readonly DemoSetup _setup;

    /// <param name="setup">What to do; tests make it small.</param>
    public DemoVerb(DemoSetup setup) : base(
        "demo",
        "Approximates the network that ships, measures it before and after, writes networks and report; a few minutes",
        "gdws demo -o gdws-demo")
    {
        _setup = setup;
        Add(_output);
        Add(_seed);
        Add(SharedOptions.Json);
    }

    protected override void Run(VerbContext context, ParseResult arguments)
    {
        string folder = arguments.GetValue(_output)!;
        OutputPath.RequireWritableFolder(folder, folder);
        DemoSetup setup = _setup with { Seed = arguments.GetValue(_seed) };
        if (!File.Exists(setup.Network))
            throw new GdwsException($"{setup.Network}: the network that ships with gdws is missing; install or build gdws again");

        DemoResult result = context.Track(progress => DemoRun.Run(setup, progress, context.Cancellation));
        double seconds = context.Seconds;
        Write(folder, result, seconds, context.Cancellation);

        FigureTable table = new FigureTable().Words(DemoResult.Headers[0]).Figures(DemoResult.Headers[1..]);
        foreach (string[] row in result.Rows)
            table.Row(row);
        table.Print(context.Output);
        context.Line();
        if (context.Output.Profile.Out.IsTerminal)
        {
            new AccuracySpeedPlot([.. result.PlotPoints]).Print(context.Output);
            context.Line();
        }

        foreach (string note in result.Notes)
            context.Line(note);
        context.Line($"{result.Throughput.Machine}");
        context.Line($"written to {folder}: {Files(result)}; {Quantity.Time(seconds)}");
        foreach (string warning in result.Throughput.Warnings)
            context.Warn(warning);
        context.WriteJson(() => result.Document(seconds));
    }

    /// <summary>Everything is written after all was measured, so that a demo that is stopped leaves nothing.</summary>
    private static void Write(string folder, DemoResult result, double seconds, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        foreach (DemoNetwork network in result.Networks)
        {
            network.Model.Save(Path.Combine(folder, network.File));
            network.Plan?.Save(Path.Combine(folder, network.PlanFile));
        }

        AtomicFile.WriteText(Path.Combine(folder, "results.json"), JsonOutput.ToText(result.Document(seconds)));
        AtomicFile.WriteText(Path.Combine(folder, "report.md"), DemoReport.Write(result, seconds));
    }

    private static string Files(DemoResult result) =>
        $"report.md, results.json, {string.Join(", ", result.Networks.Select(n => n.File))} and the plans";
}

using System.CommandLine;
using Gdws.Cli.Demo;
using Gdws.Cli.Output;
using Gdws.Cli.Reports;
using Gdws.Cli.Sweeps;
using Gdws.Onnx;
using Gdws.Planning;

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

        FreshAnswers answers = new();
        SweepResult result = context.Track(progress => DemoRun.Run(setup, answers, progress, context.Cancellation));
        context.Cancellation.ThrowIfCancellationRequested();
        Write(folder, result, answers);

        SweepTable.Print(context, result);
        context.Line($"written to {folder}: {SweepFolder.Report}, {SweepFolder.Results}, {string.Join(", ", answers.Networks.Keys)} and the plans;"
            + $" {Quantity.Time(context.Seconds)}");
        context.WriteJson(result);
    }

    /// <summary>Everything is written after all was measured, so that a demo that is stopped leaves nothing.</summary>
    private static void Write(string folder, SweepResult result, FreshAnswers answers)
    {
        foreach ((string file, OnnxModel network) in answers.Networks)
        {
            string target = Path.Combine(folder, file);
            network.Save(target);
            GdwsPlan.Of(network)?.Save(Path.ChangeExtension(target, ".plan.json"));
        }

        AtomicFile.WriteText(Path.Combine(folder, SweepFolder.Results), SweepJson.Write(result));
        AtomicFile.WriteText(Path.Combine(folder, SweepFolder.Report), ReportPage.Write(result));
    }
}

using System.CommandLine;
using Gdws.Cli.Output;
using Gdws.Cli.Reports;
using Gdws.Cli.Sweeps;

namespace Gdws.Cli.Verbs;

/// <summary>Makes a page of what other verbs found.</summary>
internal sealed class ReportVerb : Verb
{
    private readonly Argument<string[]> _sources = new("DIR|JSON")
    {
        Description = "A sweep's folder, or JSON files that sweep, demo, approximate, evaluate or benchmark wrote (--json)",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _title = new("--title") { Description = "The heading", HelpName = "TEXT" };
    private readonly Option<string> _output = new("-o", "--output")
    {
        Description = "The page to write, one file that needs no network",
        HelpName = "REPORT.html",
        Required = true,
    };

    public ReportVerb() : base(
        "report",
        "Makes one self-contained HTML page of results",
        "gdws report sweep -o report.html",
        "gdws report approximate.json evaluate-before.json evaluate-after.json benchmark.json -o report.html")
    {
        Add(_sources);
        Add(_title);
        Add(_output);
    }

    protected override void Run(VerbContext context, ParseResult arguments)
    {
        string output = arguments.GetRequiredValue(_output);
        string[] files = [.. arguments.GetRequiredValue(_sources).Select(path => Directory.Exists(path) ? Path.Combine(path, SweepFolder.Results) : path)];
        OutputPath.RequireDistinct(files, output);
        OutputPath.RequireWritable(output);

        IReadOnlyList<ResultDocument> documents = [.. files.Select(ResultDocument.Load)];
        SweepResult result = ResultMerge.Of(documents);
        string page = ReportPage.Write(arguments.GetValue(_title) is { } title ? result with { Title = title } : result, documents);
        context.Cancellation.ThrowIfCancellationRequested();
        AtomicFile.WriteText(output, page);
        context.Line($"{output}: {result.Networks.Count:N0} {(result.Networks.Count == 1 ? "network" : "networks")}, {page.Length / 1000.0:N0} kB");
    }
}

using System.CommandLine;
using Gdws.Cli.Evaluation;
using Gdws.Cli.Output;
using Gdws.Torch.Attacks;
using Gdws.Torch.Evaluation;

namespace Gdws.Cli.Verbs;

/// <summary>Joins the outcome files of an evaluation that was split.</summary>
internal sealed class MergeVerb : Verb
{
    private readonly Argument<string[]> _files = new("OUTCOMES")
    {
        Description = "Files that evaluate --outcomes wrote, in any order",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _output = new("-o", "--output")
    {
        Description = "The file to write: what one run gives; without it the accuracy so far is shown, whatever is missing",
        HelpName = "MERGED",
    };

    private readonly Option<string?> _robustBench = EvaluationOptions.RobustBenchOption();

    public MergeVerb() : base(
        "merge",
        "Joins the outcome files of slices of an evaluation, or shows how far they are",
        "gdws merge part-1.jsonl part-2.jsonl part-3.jsonl -o outcomes.jsonl --json results.json",
        "gdws merge outcomes.jsonl")
    {
        Add(_files);
        Add(_output);
        Add(_robustBench);
        Add(SharedOptions.Json);
    }

    protected override void Run(VerbContext context, ParseResult arguments)
    {
        string[] paths = arguments.GetRequiredValue(_files);
        string? output = arguments.GetValue(_output), robustBench = arguments.GetValue(_robustBench);
        OutputPath.RequireDistinct(paths, output, robustBench, arguments.GetValue(SharedOptions.Json));
        if (output is not null)
            OutputPath.RequireWritable(output);
        OutcomeFile[] files = [.. paths.Select(OutcomeFile.Read)];
        OutcomeFile joined = output is null ? OutcomeMerge.Look(files) : OutcomeMerge.Join(files, output);
        IReadOnlyList<AttackChoice> choices = OutcomeMerge.Attacks(joined);
        if (robustBench is not null && RobustBenchReport.Mistake(choices) is { } mistake)
            throw new GdwsException(mistake);

        IAttack[] attacks = [.. choices.Select(choice => choice.ToAttack())];
        AccuracyReport report = AccuracyReport.Of(EvaluationSummary.Of(attacks, joined.Images), attacks, choices);
        OutcomeHeader header = joined.Header;
        context.Line($"{header.Network.Name} on {header.Data.Kind} ({header.Data.Split}, {joined.Images.Count:N0} of {header.Images.Of:N0} images), {files.Length:N0} {(files.Length == 1 ? "file" : "files")}");
        context.Line();
        AccuracyTable.Show(context, report, header.Seed);
        if (output is not null)
        {
            joined.Write();
            context.Line();
            context.Line($"{output}: {joined.Images.Count:N0} images");
        }

        if (robustBench is not null)
            AtomicFile.WriteText(robustBench, JsonOutput.ToText(RobustBenchReport.Of(header, report)));
        context.WriteJson(() => new
        {
            Network = header.Network.Name,
            Data = header.Data.Kind,
            header.Data.Split,
            report.Natural.Images,
            header.Seed,
            header.Device,
            Natural = new { report.Natural.Correct, report.Natural.Accuracy, report.Natural.Top5 },
            report.Robust,
            report.Union,
            report.Warnings,
        });
    }
}

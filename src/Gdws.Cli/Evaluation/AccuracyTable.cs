using Gdws.Cli.Output;
using Gdws.Cli.Verbs;
using Gdws.Torch.Evaluation;

namespace Gdws.Cli.Evaluation;

/// <summary>Prints accuracies, and the reasons to doubt them.</summary>
internal static class AccuracyTable
{
    public static void Show(VerbContext context, AccuracyReport report, int seed)
    {
        FigureTable table = new FigureTable().Words("accuracy").Figures("images right").Words("how");
        table.Row("natural", Quantity.Accuracy(report.Natural.Correct, report.Natural.Images), "");
        foreach (RobustAccuracy robust in report.Robust)
        {
            string rate = robust.ImagesPerSecond > 0 ? $", {Quantity.Rate(robust.ImagesPerSecond)} images/s" : "";
            table.Row(
                robust.PartOf is null ? $"robust, {robust.Choice.ThreatText}" : $"  after {robust.Attack}",
                Quantity.Accuracy(robust.Correct, report.Natural.Images),
                $"{robust.How}, seed {seed}{rate}");
        }

        if (report.Union is { } union)
            table.Row("robust, union", Quantity.Accuracy(union.Correct, report.Natural.Images), $"in all of {string.Join(", ", union.Threats)}");
        table.Print(context.Output);
        foreach (EvaluationWarning warning in report.Warnings)
            context.Warn($"[{warning.Id}] {warning.Message}");
    }
}

using Gdws.Cli.Evaluation;

namespace Gdws.Cli.Sweeps;

/// <summary>What was measured of a network under attack.</summary>
/// <param name="Attacks">One entry an attack, the parts of an attack before the whole.</param>
/// <param name="Warnings">Reasons to doubt the figures.</param>
/// <param name="Union">Against several threat models at once; null for one.</param>
internal sealed record RobustFigures(IReadOnlyList<RobustFigure> Attacks, IReadOnlyList<string> Warnings, UnionFigure? Union = null)
{
    public static RobustFigures Of(AccuracyReport report, int images) => new(
        [.. report.Robust.Select(robust => new RobustFigure
        {
            Attack = robust.Attack,
            Norm = robust.Norm,
            Epsilon = robust.Epsilon,
            EpsilonText = robust.Choice.Epsilon.Text,
            How = robust.How,
            Iterations = robust.Iterations,
            Step = robust.Step,
            Restarts = robust.Restarts,
            Correct = robust.Correct,
            Images = images,
            Accuracy = robust.Accuracy,
            Attacked = robust.Attacked,
            Seconds = robust.Seconds,
            ImagesPerSecond = robust.ImagesPerSecond,
            MaxPerturbation = robust.MaxPerturbation,
            PartOf = robust.PartOf,
        })],
        [.. report.Warnings.Select(warning => $"[{warning.Id}] {warning.Message}")],
        report.Union is { } union ? new UnionFigure(union.Threats, union.Correct, images, union.Accuracy) : null);
}

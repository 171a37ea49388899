using Gdws.Execution;
using Gdws.Torch.Attacks;
using Gdws.Torch.Evaluation;

namespace Gdws.Cli.Evaluation;

/// <summary>What was measured of a network's accuracy.</summary>
/// <param name="Natural">On clean images.</param>
/// <param name="Robust">One entry an attack, the parts of an attack before the whole.</param>
internal sealed record AccuracyReport(AccuracyCount Natural, IReadOnlyList<RobustAccuracy> Robust)
{
    /// <summary>Against several threat models at once; null for one.</summary>
    public UnionAccuracy? Union { get; init; }

    /// <summary>Reasons to doubt the figures.</summary>
    public IReadOnlyList<EvaluationWarning> Warnings { get; init; } = [];

    /// <summary>What an evaluation found.</summary>
    /// <param name="result">What it found.</param>
    /// <param name="attacks">Its attacks.</param>
    /// <param name="choices">The same as the user asked for them.</param>
    public static AccuracyReport Of(EvaluationResult result, IReadOnlyList<IAttack> attacks, IReadOnlyList<AttackChoice> choices) => new(
        new AccuracyCount(result.Natural.Images, result.Natural.Correct, result.Natural.TopFive),
        [.. result.Robust.Select(robust => Convert(robust, attacks, choices))])
    {
        Union = result.Union is { } union ? new UnionAccuracy([.. choices.Select(choice => choice.ModelText).Distinct()], union.Correct, union.Accuracy) : null,
        Warnings = result.Warnings,
    };

    private static RobustAccuracy Convert(RobustResult result, IReadOnlyList<IAttack> attacks, IReadOnlyList<AttackChoice> choices)
    {
        AttackChoice choice = choices.Where((_, i) => ReferenceEquals(attacks[i], result.PartOf ?? result.Attack)).First();
        return new RobustAccuracy(choice)
        {
            How = choice.HowOf(result.Attack),
            Attack = result.Attack.Name,
            Iterations = result.Attack.Iterations,
            Step = result.Attack.Step,
            Restarts = result.Attack.Restarts,
            Correct = result.Correct,
            Accuracy = result.Accuracy,
            ImagesPerSecond = result.ImagesPerSecond,
            MaxPerturbation = result.MaxPerturbation,
            Attacked = result.Attacked,
            Seconds = Math.Round(result.Seconds, 3),
            PartOf = result.PartOf?.Name,
        };
    }
}

using Gdws.Execution;
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
}

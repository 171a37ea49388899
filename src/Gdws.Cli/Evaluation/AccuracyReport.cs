using Gdws.Execution;

namespace Gdws.Cli.Evaluation;

/// <summary>What was measured of a network's accuracy.</summary>
/// <param name="Natural">On clean images.</param>
/// <param name="Robust">One entry an attack.</param>
internal sealed record AccuracyReport(AccuracyCount Natural, IReadOnlyList<RobustAccuracy> Robust);

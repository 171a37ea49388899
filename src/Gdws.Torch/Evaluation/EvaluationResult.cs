namespace Gdws.Torch.Evaluation;

/// <summary>What an evaluation found.</summary>
/// <param name="Images">The images looked at.</param>
/// <param name="Natural">On clean images.</param>
/// <param name="Robust">One entry an attack, in the order given.</param>
/// <param name="Seconds">What all of it took.</param>
public sealed record EvaluationResult(int Images, NaturalResult Natural, IReadOnlyList<RobustResult> Robust, double Seconds);

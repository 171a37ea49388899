using Gdws.Torch.Attacks;

namespace Gdws.Torch.Evaluation;

/// <summary>How far an evaluation is; told after every batch.</summary>
/// <param name="Attack">The attack that runs; null while clean images are looked at.</param>
/// <param name="Done">Images done in this part.</param>
/// <param name="Total">Images of this part.</param>
/// <param name="Correct">Those of them that are classified rightly.</param>
public sealed record EvaluationProgress(IAttack? Attack, int Done, int Total, int Correct);

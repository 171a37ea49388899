using Gdws.Torch.Attacks;

namespace Gdws.Torch.Evaluation;

/// <summary>How far an evaluation is; told after every batch, and after every part of an attack on a batch.</summary>
/// <param name="Attack">The attack that runs; null while clean images are looked at.</param>
/// <param name="Done">Images that this attack is done with, those that were wrong anyway and those of an earlier evaluation included.</param>
/// <param name="Total">All images of this evaluation.</param>
/// <param name="Correct">Those done that are classified rightly, in spite of the attack.</param>
public sealed record EvaluationProgress(IAttack? Attack, int Done, int Total, int Correct)
{
    /// <summary>Where the attack consists of several: which of them runs next on the batch; else null.</summary>
    public IAttack? Part { get; init; }

    /// <summary>With <see cref="Part"/>: the images of the batch that still stand.</summary>
    public int Standing { get; init; }
}

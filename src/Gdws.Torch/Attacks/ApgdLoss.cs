namespace Gdws.Torch.Attacks;

/// <summary>What <see cref="ApgdAttack"/> climbs.</summary>
public enum ApgdLoss
{
    /// <summary>The cross-entropy.</summary>
    CrossEntropy,

    /// <summary>The difference of logits ratio, away from the right class.</summary>
    Dlr,

    /// <summary>The difference of logits ratio towards the wrong classes with the largest logits on the clean image, one after the other.</summary>
    TargetedDlr,
}

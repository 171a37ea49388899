namespace Gdws.Torch.Attacks;

/// <summary>Which attacks <see cref="AutoAttack"/> runs.</summary>
public enum AutoAttackVersion
{
    /// <summary>APGD on the cross-entropy, targeted APGD, targeted FAB, Square: what leaderboards report.</summary>
    Standard,

    /// <summary>More restarts, and untargeted APGD-DLR and FAB besides; linf and l2 only.</summary>
    Plus,

    /// <summary>For networks whose output is random: APGD on the cross-entropy and on DLR, 20 gradients averaged at every point.</summary>
    Rand,
}

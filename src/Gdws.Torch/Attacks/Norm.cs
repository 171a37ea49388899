namespace Gdws.Torch.Attacks;

/// <summary>How the size of a perturbation is measured.</summary>
public enum Norm
{
    /// <summary>The largest change of a value.</summary>
    Linf,

    /// <summary>The Euclidean length of the change.</summary>
    L2,

    /// <summary>The sum of all changes.</summary>
    L1,
}

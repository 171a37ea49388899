namespace Gdws.Cli.Sweeps;

/// <summary>How a network of a sweep came about.</summary>
internal enum NetworkKind
{
    /// <summary>As it was trained.</summary>
    Dense,

    /// <summary>Approximated from its weights alone.</summary>
    Gdws,

    /// <summary>Approximated with the help of images.</summary>
    Calibrated,

    /// <summary>Pruned by learnt scores.</summary>
    Hydra,

    /// <summary>Pruned by ADMM.</summary>
    Admm,

    /// <summary>Pruned by the size of the weights.</summary>
    Magnitude,
}

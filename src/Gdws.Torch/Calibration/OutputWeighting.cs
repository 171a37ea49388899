namespace Gdws.Torch.Calibration;

/// <summary>What errors of a layer's outputs count for beside each other.</summary>
public enum OutputWeighting
{
    /// <summary>All the same.</summary>
    None,

    /// <summary>Each output by itself: the diagonal of the Fisher information.</summary>
    Diagonal,

    /// <summary>
    /// Outputs together: the whole matrix of the Fisher information, as K-FAC has it (Martens and Grosse 2015). Errors in directions that the rest of the network
    /// doesn't look at are free.
    /// </summary>
    Full,
}

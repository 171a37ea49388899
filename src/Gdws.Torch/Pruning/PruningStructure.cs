namespace Gdws.Torch.Pruning;

/// <summary>What goes as a whole. A weight <c>[M, C, K, K]</c> is read as a matrix <c>[M, C·K·K]</c>.</summary>
public enum PruningStructure
{
    /// <summary>Single weights of convolutions and linear layers.</summary>
    Irregular,

    /// <summary>Columns of a convolution's matrix: the same place of the same input channel in all filters.</summary>
    Column,

    /// <summary>Rows of a convolution's matrix: filters, with what batch normalisation makes of them. Those that nothing else depends on are removed from the network.</summary>
    Filter,
}

namespace Gdws.Torch.Pruning;

/// <summary>How it is found which weights can go.</summary>
public enum PruningMethod
{
    /// <summary>The smallest ones go, then the others are trained further: the floor that the other methods must beat.</summary>
    Magnitude,

    /// <summary>HYDRA (Sehwag et al., NeurIPS 2020): the importance of each weight is learnt with the training's own loss.</summary>
    Hydra,

    /// <summary>Robust ADMM (Ye et al., ICCV 2019): weights are pulled towards their nearest pruned form while they are trained.</summary>
    Admm,
}

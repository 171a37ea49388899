namespace Gdws.Torch.Calibration;

/// <summary>What of a GDWS convolution is fitted to images.</summary>
public enum RefitKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The bias alone, so that every output keeps its mean.</summary>
    Bias,

    /// <summary>Pointwise weights and bias, on the inputs that the dense network has.</summary>
    Pointwise,

    /// <summary>The same, layer after layer, on the inputs that the layers approximated before it make.</summary>
    Sequential,
}

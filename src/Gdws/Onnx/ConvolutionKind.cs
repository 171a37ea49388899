namespace Gdws.Onnx;

/// <summary>What sort of convolution a layer is.</summary>
public enum ConvolutionKind
{
    /// <summary>A standard convolution, K &gt; 1, one group.</summary>
    Dense,

    /// <summary>Generalized depthwise-separable: depthwise kernels, a channel used any number of times, then 1×1.</summary>
    Gdws,

    /// <summary>One group a channel, not followed by its own 1×1.</summary>
    Depthwise,

    /// <summary>1×1, one group.</summary>
    Pointwise,

    /// <summary>Several groups of several channels.</summary>
    Grouped,
}

using Gdws.Decomposition;
using Gdws.Onnx;

namespace Gdws.Planning;

/// <summary>A convolution of a network with what is needed to decide about it.</summary>
public sealed record NetworkLayer
{
    /// <summary>The convolution.</summary>
    public required ConvolutionLayer Convolution { get; init; }

    /// <summary>Why it is left alone, e.g. <c>is 1×1</c>; null where it may become a GDWS convolution.</summary>
    public required string? Reason { get; init; }

    /// <summary>The spectrum of its weight; null where it is left alone.</summary>
    public required LayerSpectrum? Spectrum { get; init; }

    /// <summary>α_c, <c>[C]</c>; empty for ones.</summary>
    public ReadOnlyMemory<float> Sensitivity { get; init; }

    /// <summary>What an error in this layer counts for beside one in the others, positive.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>The layer's name.</summary>
    public string Name => Convolution.Name;
}

using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Gdws.Onnx;

namespace Gdws.Planning;

/// <summary>The times of one convolution of a network: as it is, and as a GDWS convolution by its number of kernels.</summary>
public sealed record LatencyLayer
{
    /// <summary>The layer's name.</summary>
    public required string Name { get; init; }

    /// <summary>M, output channels.</summary>
    public required int Outputs { get; init; }

    /// <summary>C, input channels.</summary>
    public required int Inputs { get; init; }

    /// <summary>K_h and K_w.</summary>
    public required ImmutableArray<int> Kernel { get; init; }

    /// <summary>Rows and columns of the output map.</summary>
    public required ImmutableArray<int> OutputSize { get; init; }

    /// <summary>The name of the layer of the same shape that was measured in its place; its own where it was measured itself.</summary>
    public required string MeasuredAs { get; init; }

    /// <summary>Milliseconds a run of the layer as it is, the median over the rounds.</summary>
    public required double DenseMilliseconds { get; init; }

    /// <summary>The lower quartile of these.</summary>
    public required double DenseLow { get; init; }

    /// <summary>The upper quartile of these.</summary>
    public required double DenseHigh { get; init; }

    /// <summary>Times as a GDWS convolution, by ascending G; empty where the layer can't become one.</summary>
    public required ImmutableArray<LatencyPoint> Points { get; init; }

    /// <summary>Whether the layer was measured as a GDWS convolution, too.</summary>
    [JsonIgnore]
    public bool HasCurve => !Points.IsEmpty;

    /// <summary>Whether a convolution of a network has this layer's name and shape.</summary>
    internal bool Fits(ConvolutionLayer layer) =>
        (layer.Name, layer.Outputs, layer.Inputs, layer.KernelHeight, layer.KernelWidth, layer.OutputSize.Height, layer.OutputSize.Width)
        == (Name, Outputs, Inputs, Kernel[0], Kernel[1], OutputSize[0], OutputSize[1]);
}

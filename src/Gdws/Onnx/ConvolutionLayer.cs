using Gdws.Onnx.Schema;

namespace Gdws.Onnx;

/// <summary>
/// A convolution of a network as the field describes it. A GDWS convolution is one layer though it is two or three nodes;
/// its <see cref="Outputs"/>, <see cref="Inputs"/> and kernel are those of the convolution that it stands for.
/// </summary>
public sealed record ConvolutionLayer
{
    /// <summary>The layer's name: that of its weight without <c>.weight</c>, else the node's name, else the output's.</summary>
    public required string Name { get; init; }

    /// <summary>What sort of convolution it is.</summary>
    public required ConvolutionKind Kind { get; init; }

    /// <summary>M, output channels.</summary>
    public required int Outputs { get; init; }

    /// <summary>C, input channels.</summary>
    public required int Inputs { get; init; }

    /// <summary>K_h, rows of the kernel.</summary>
    public required int KernelHeight { get; init; }

    /// <summary>K_w, columns of the kernel.</summary>
    public required int KernelWidth { get; init; }

    /// <summary>Step in rows and columns.</summary>
    public required (int Height, int Width) Stride { get; init; }

    /// <summary>Distance of the kernel's taps in rows and columns.</summary>
    public required (int Height, int Width) Dilation { get; init; }

    /// <summary>Zeros around the input: top, left, bottom, right.</summary>
    public required (int Top, int Left, int Bottom, int Right) Padding { get; init; }

    /// <summary>The number of groups (1 for a GDWS layer).</summary>
    public required int Groups { get; init; }

    /// <summary>Rows and columns of the input map; (0, 0) where unknown.</summary>
    public required (int Height, int Width) InputSize { get; init; }

    /// <summary>Rows and columns of the output map; (0, 0) where unknown.</summary>
    public required (int Height, int Width) OutputSize { get; init; }

    /// <summary>The node of a plain convolution, the depthwise node of a GDWS one.</summary>
    public required NodeProto Node { get; init; }

    /// <summary>The 1×1 node of a GDWS convolution, else null.</summary>
    public NodeProto? PointwiseNode { get; init; }

    /// <summary>The <c>Gather</c> over channels of a GDWS convolution, null where every channel is used once.</summary>
    public NodeProto? GatherNode { get; init; }

    /// <summary>G, the number of depthwise kernels of a GDWS convolution; 0 for others.</summary>
    public int Kernels { get; init; }

    /// <summary>The channel map of a GDWS convolution: the input channel that each depthwise kernel reads; empty for others.</summary>
    public IReadOnlyList<int> ChannelMap { get; init; } = [];

    /// <summary>Whether the convolution adds a bias.</summary>
    public required bool HasBias { get; init; }

    /// <summary>The value that the layer reads.</summary>
    public string Input => (GatherNode ?? Node).Input[0];

    /// <summary>The value that the layer makes.</summary>
    public string Output => (PointwiseNode ?? Node).Output[0];

    /// <summary>The name of the weight tensor: of the convolution, or of the depthwise part of a GDWS one.</summary>
    public string WeightName => Node.Input[1];

    /// <summary>MACs per output pixel: M·C·K² dense, G·(K² + M) GDWS, M·(C/groups)·K² otherwise.</summary>
    public long MacsPerPixel => Kind == ConvolutionKind.Gdws
        ? (long)Kernels * ((KernelHeight * KernelWidth) + Outputs)
        : (long)Outputs * (Inputs / Groups) * KernelHeight * KernelWidth;

    /// <summary>Multiply-accumulates for one image.</summary>
    public long Macs => MacsPerPixel * OutputSize.Height * OutputSize.Width;

    /// <summary>Weights and biases.</summary>
    public long Parameters => MacsPerPixel + (HasBias ? Outputs : 0);
}

using Gdws.Onnx;

namespace Gdws.Latency;

/// <summary>What the time of a convolution depends on; layers that are equal in it are measured once.</summary>
internal sealed record LayerShape
{
    public required ConvolutionKind Kind { get; init; }

    public required int Outputs { get; init; }

    public required int Inputs { get; init; }

    public required (int Height, int Width) Kernel { get; init; }

    public required (int Height, int Width) Stride { get; init; }

    public required (int Height, int Width) Dilation { get; init; }

    public required (int Top, int Left, int Bottom, int Right) Padding { get; init; }

    public required int Groups { get; init; }

    public required (int Height, int Width) InputSize { get; init; }

    public required (int Height, int Width) OutputSize { get; init; }

    /// <summary>G where the network has a GDWS convolution there already, else 0.</summary>
    public required int Kernels { get; init; }

    /// <summary>Whether it is the network's first, which gets images and not the maps of a layer.</summary>
    public required bool ReadsImages { get; init; }

    /// <summary>K².</summary>
    public int KernelSize => Kernel.Height * Kernel.Width;

    /// <summary>C·min(M, K²), the most kernels that a GDWS convolution in its place can have.</summary>
    public int Components => checked(Inputs * Math.Min(Outputs, KernelSize));

    /// <summary>Whether a GDWS convolution can take its place.</summary>
    public bool CanBeGdws => Kind == ConvolutionKind.Dense;

    /// <exception cref="GdwsException">The size of the layer's maps is unknown.</exception>
    public static LayerShape Of(OnnxModel network, ConvolutionLayer layer)
    {
        if (layer.OutputSize == (0, 0) || layer.InputSize == (0, 0))
            throw new GdwsException($"{network.Source}: layer {layer.Name}: the size of its maps is unknown, so it can't be measured by itself");
        return new LayerShape
        {
            Kind = layer.Kind,
            Outputs = layer.Outputs,
            Inputs = layer.Inputs,
            Kernel = (layer.KernelHeight, layer.KernelWidth),
            Stride = layer.Stride,
            Dilation = layer.Dilation,
            Padding = layer.Padding,
            Groups = layer.Groups,
            InputSize = layer.InputSize,
            OutputSize = layer.OutputSize,
            Kernels = layer.Kernels,
            ReadsImages = ReferenceEquals(layer, network.Convolutions[0]),
        };
    }
}

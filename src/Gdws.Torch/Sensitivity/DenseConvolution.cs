using Gdws.Onnx;
using Gdws.Torch.Operators;

namespace Gdws.Torch.Sensitivity;

/// <summary>A convolution that has a sensitivity: K×K with K &gt; 1, one group, a weight that doesn't depend on the images.</summary>
/// <param name="Layer">The convolution.</param>
/// <param name="Input">The value that it reads, by the name under which a run tells of it.</param>
internal sealed record DenseConvolution(ConvolutionLayer Layer, string Input)
{
    /// <summary>All of a network, in the order of execution, the first convolution included.</summary>
    public static IReadOnlyList<DenseConvolution> Of(OnnxModel model) =>
    [
        .. model.Convolutions
            .Where(layer => layer.Kind == ConvolutionKind.Dense && model.Constant(layer.WeightName) is not null)
            .Select(layer => new DenseConvolution(layer, Source(model, layer.Input))),
    ];

    /// <summary>
    /// What the kernel sees: <c>[N, C·K², P]</c>, one column a position of the output, rows in the order of the weight's elements.
    /// </summary>
    /// <param name="x">The layer's input, <c>[N, C, H, W]</c>.</param>
    public Tensor Patches(Tensor x)
    {
        Operators.Padding padding = new(Layer.Padding.Top, Layer.Padding.Left, Layer.Padding.Bottom, Layer.Padding.Right);
        using Tensor? padded = padding.IsSymmetric ? null : padding.Apply(x, 0);
        return torch.nn.functional.unfold(
            padded ?? x,
            (Layer.KernelHeight, Layer.KernelWidth),
            Layer.Dilation,
            padded is null ? (Layer.Padding.Top, Layer.Padding.Left) : (0, 0),
            Layer.Stride);
    }

    /// <summary>A value that is only passed on isn't computed, so it has the name of its source.</summary>
    private static string Source(OnnxModel model, string value)
    {
        while (model.Producer(value) is { } node && OperatorTable.PassesOn(model, node) && node.Domain is "" or "ai.onnx" && node.Input.Count > 0)
            value = node.Input[0];
        return value;
    }
}

using Gdws.Onnx.Schema;

namespace Gdws.Onnx;

/// <summary>What the attributes and the weight of one 2-D <c>Conv</c> node say.</summary>
internal sealed record ConvolutionGeometry(
    int Outputs,
    int InputsPerGroup,
    int KernelHeight,
    int KernelWidth,
    int Groups,
    (int Height, int Width) Stride,
    (int Height, int Width) Dilation,
    (int Top, int Left, int Bottom, int Right) Padding,
    (int Height, int Width) InputSize)
{
    /// <summary>Whether it only mixes channels: 1×1, one group, stride 1, no padding.</summary>
    public bool IsPlainPointwise =>
        KernelHeight == 1 && KernelWidth == 1 && Groups == 1 && Stride == (1, 1) && Padding == (0, 0, 0, 0);

    /// <summary>The geometry, or null where the convolution isn't 2-D or its weight's shape isn't known.</summary>
    /// <exception cref="InvalidFileException">The attributes contradict the weight.</exception>
    public static ConvolutionGeometry? Of(OnnxModel model, NodeProto node)
    {
        if (node.Input.Count < 2 || WeightShape(model, node.Input[1]) is not { Length: 4 } weight)
            return null;

        long groups = node.Integer("group", 1);
        if (groups < 1 || weight[0] % groups != 0 || weight.Any(d => d < 1))
        {
            throw new InvalidFileException(
                model.Source, $"{node.Describe()}: a weight of shape [{string.Join(", ", weight)}] doesn't fit {groups} groups");
        }

        long[] stride = Pair(model, node, "strides");
        long[] dilation = Pair(model, node, "dilations");
        (int Height, int Width) input = model.Shapes.TryGetValue(node.Input[0], out TensorShape? shape) && shape.Rank == 4
            ? (shape[2], shape[3])
            : (0, 0);
        SpatialWindow window = new(model.Source, node, [weight[2], weight[3]], stride, dilation);
        long[] pads = window.Pads(input == (0, 0) ? null : [input.Height, input.Width]);
        return new ConvolutionGeometry(
            weight[0],
            weight[1],
            weight[2],
            weight[3],
            (int)groups,
            ((int)stride[0], (int)stride[1]),
            ((int)dilation[0], (int)dilation[1]),
            ((int)pads[0], (int)pads[1], (int)pads[2], (int)pads[3]),
            input);
    }

    private static int[]? WeightShape(OnnxModel model, string weight)
    {
        if (model.Constant(weight) is { } tensor)
            return tensor.Shape();
        return model.Shapes.TryGetValue(weight, out TensorShape? shape) ? [.. shape.Dimensions] : null;
    }

    private static long[] Pair(OnnxModel model, NodeProto node, string attribute)
    {
        long[] values = node.Integers(attribute) ?? [1, 1];
        if (values.Length != 2 || values.Any(v => v is < 1 or > int.MaxValue))
        {
            throw new InvalidFileException(
                model.Source, $"{node.Describe()}: expected two positive {attribute}, found [{string.Join(", ", values)}]");
        }

        return values;
    }
}

using Gdws.Execution.Engine.Steps;
using Gdws.Onnx;
using Gdws.Onnx.Schema;

namespace Gdws.Execution.Engine.Compiling;

/// <summary>Convolutions and linear layers.</summary>
internal static class ConvolutionLowering
{
    public static void Convolution(NetworkLowering lowering, NodeProto node)
    {
        MapValue input = lowering.Input(node, 0);
        WeightValues weights = lowering.RequiredWeights(node, 1);
        ConvolutionGeometry geometry = ConvolutionGeometry.Of(lowering.Model, node)
            ?? throw lowering.Unsupported(node, "it runs two-dimensional convolutions only");
        Window window = new(geometry.KernelHeight, geometry.KernelWidth, geometry.Stride, geometry.Dilation, geometry.Padding);
        float[]? bias = Bias(lowering, node, 2, geometry.Outputs);
        MapValue output = lowering.NewOutput(node);
        bool isDepthwise = geometry.InputsPerGroup == 1 && geometry.Groups > 1 && geometry.Outputs == geometry.Groups;
        lowering.Steps.Add(isDepthwise
            ? new DepthwiseStep(input, output, weights.Span.ToArray(), bias, window)
            : new ConvolutionStep(input, output, weights, bias, geometry.Groups, window));
    }

    /// <summary>All nodes of a GDWS convolution at once.</summary>
    public static void Gdws(NetworkLowering lowering, ConvolutionLayer layer, IReadOnlyDictionary<string, MapValue> values)
    {
        NodeProto pointwise = layer.PointwiseNode!;
        if (!values.TryGetValue(layer.Input, out MapValue? input))
            throw lowering.Unsupported(layer.Node, $"its input {layer.Input} is no map that depends on the image");
        Window window = new(layer.KernelHeight, layer.KernelWidth, layer.Stride, layer.Dilation, layer.Padding);
        lowering.Steps.Add(new GdwsStep(
            input,
            lowering.NewOutput(pointwise),
            lowering.RequiredConstant(layer.Node, 1),
            [.. layer.ChannelMap],
            lowering.RequiredWeights(pointwise, 1),
            Bias(lowering, pointwise, 2, layer.Outputs),
            window));
    }

    public static void Gemm(NetworkLowering lowering, NodeProto node)
    {
        MapValue input = lowering.Input(node, 0);
        if (node.Integer("transA", 0) != 0)
            throw lowering.Unsupported(node, "it is transposed over the batch");

        float alpha = node.Real("alpha", 1), beta = node.Real("beta", 1);
        MapValue output = lowering.NewOutput(node);
        float[] weights = Matrix(lowering, node, isTransposed: node.Integer("transB", 0) != 0, input.Channels, output.Channels);
        float[]? bias = Bias(lowering, node, 2, output.Channels);
        Linear(lowering, input, output, [.. weights.Select(w => w * alpha)], bias?.Select(b => b * beta).ToArray());
    }

    public static void MatMul(NetworkLowering lowering, NodeProto node)
    {
        MapValue input = lowering.Input(node, 0);
        if (lowering.Model.Shapes[node.Input[0]].Rank != 2)
            throw lowering.Unsupported(node, "its first operand is no list of features");
        MapValue output = lowering.NewOutput(node);
        Linear(lowering, input, output, Matrix(lowering, node, isTransposed: false, input.Channels, output.Channels), null);
    }

    private static void Linear(NetworkLowering lowering, MapValue input, MapValue output, float[] weights, float[]? bias) =>
        lowering.Steps.Add(new ConvolutionStep(input, output, new WeightValues(weights), bias, groups: 1, Window.Point));

    /// <summary>The weights as <c>[outputs, inputs]</c>.</summary>
    private static float[] Matrix(NetworkLowering lowering, NodeProto node, bool isTransposed, int inputs, int outputs)
    {
        float[] values = lowering.RequiredConstant(node, 1);
        if (values.Length != (long)inputs * outputs)
            throw lowering.Unsupported(node, $"a matrix of {values.Length:N0} values doesn't make {outputs} outputs of {inputs} inputs");
        if (isTransposed)
            return values;

        float[] result = new float[values.Length];
        for (int row = 0; row < inputs; row++)
        {
            for (int column = 0; column < outputs; column++)
                result[(column * inputs) + row] = values[(row * outputs) + column];
        }

        return result;
    }

    private static float[]? Bias(NetworkLowering lowering, NodeProto node, int index, int outputs)
    {
        if (index >= node.Input.Count || node.Input[index].Length == 0)
            return null;
        float[] bias = lowering.RequiredConstant(node, index);
        if (bias.Length == 1)
            return [.. Enumerable.Repeat(bias[0], outputs)];
        return bias.Length == outputs ? bias : throw lowering.Unsupported(node, $"a bias of {bias.Length} values for {outputs} outputs");
    }
}

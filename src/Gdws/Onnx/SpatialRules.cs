using Gdws.Onnx.Schema;

namespace Gdws.Onnx;

/// <summary>Shapes behind convolutions and pooling.</summary>
internal static class SpatialRules
{
    public static TensorShape? Convolution(ShapeContext context, NodeProto node)
    {
        if (context.Input(node, 0) is not { } input || context.Input(node, 1) is not { } weight)
            return null;
        if (input.Rank < 3 || weight.Rank != input.Rank)
            throw context.Problem(node, $"a weight of shape {weight} doesn't fit an input of shape {input}");

        long groups = node.Integer("group", 1);
        if (groups < 1 || weight[0] % groups != 0 || weight[1] * groups != input[1])
        {
            throw context.Problem(
                node, $"its weight {weight} with {groups} group(s) reads {weight[1] * Math.Max(1, groups)} channels, its input {input} has {input[1]}");
        }

        int[] map = Window(context, node, [.. weight.Dimensions.Skip(2)]).Output([.. input.Dimensions.Skip(2)]);
        return new TensorShape([input[0], weight[0], .. map]);
    }

    public static TensorShape? Pool(ShapeContext context, NodeProto node)
    {
        if (context.Input(node, 0) is not { } input)
            return null;
        if (node.Integers("kernel_shape") is not { } kernel || kernel.Length != input.Rank - 2 || kernel.Any(k => k is < 1 or > int.MaxValue))
            throw context.Problem(node, $"its kernel_shape doesn't fit an input of shape {input}");

        bool roundUp = node.Integer("ceil_mode", 0) == 1;
        int[] map = Window(context, node, [.. kernel.Select(k => (int)k)]).Output([.. input.Dimensions.Skip(2)], roundUp);
        return new TensorShape([input[0], input[1], .. map]);
    }

    public static TensorShape? GlobalPool(ShapeContext context, NodeProto node) =>
        context.Input(node, 0) is { } input ? new TensorShape([.. input.Dimensions.Select((d, axis) => axis < 2 ? d : 1)]) : null;

    private static SpatialWindow Window(ShapeContext context, NodeProto node, int[] kernel)
    {
        long[] strides = Steps(context, node, "strides", kernel.Length);
        long[] dilations = Steps(context, node, "dilations", kernel.Length);
        return new SpatialWindow(context.Model.Source, node, kernel, strides, dilations);
    }

    private static long[] Steps(ShapeContext context, NodeProto node, string attribute, int rank)
    {
        long[] values = node.Integers(attribute) ?? [.. Enumerable.Repeat(1L, rank)];
        if (values.Length != rank || values.Any(v => v is < 1 or > int.MaxValue))
            throw context.Problem(node, $"expected {rank} positive {attribute}, found [{string.Join(", ", values)}]");
        return values;
    }
}

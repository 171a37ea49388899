using Gdws.Onnx.Schema;

namespace Gdws.Onnx;

/// <summary>What a convolution, linear layer or batch normalisation does for one image, multiplications and additions counted apart.</summary>
/// <param name="Name">The layer: that of its weight without <c>.weight</c>, else the node's name.</param>
/// <param name="Kind"><c>conv</c>, <c>linear</c> or <c>norm</c>.</param>
/// <param name="Output">The sizes of what it makes, without the batch, e.g. <c>[64, 32, 32]</c>.</param>
/// <param name="Multiplications">Products of two numbers.</param>
/// <param name="Additions">Sums of two numbers, the bias included: one less than products for each output where there is no bias.</param>
public sealed record LayerOperations(string Name, string Kind, IReadOnlyList<int> Output, long Multiplications, long Additions)
{
    private const string Weight = ".weight";

    /// <summary>Counts the operations of every layer, in the order of execution. A GDWS convolution is two layers.</summary>
    /// <param name="model">The network.</param>
    /// <exception cref="GdwsException">The size of what a layer makes is unknown.</exception>
    public static IReadOnlyList<LayerOperations> Of(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return [.. model.Nodes.Where(node => node.OpType is "Conv" or "Gemm" or "MatMul" or "BatchNormalization").Select(node => Of(model, node)).OfType<LayerOperations>()];
    }

    private static LayerOperations? Of(OnnxModel model, NodeProto node)
    {
        if (node.OpType == "MatMul" && model.Constant(node.Input[1]) is null)
            return null;
        if (!model.Shapes.TryGetValue(node.Output[0], out TensorShape? shape) || shape.Rank < 2)
            throw new GdwsException($"{model.Source}: {node.Name}: the size of what it makes is unknown, so its operations can't be counted");

        int[] output = [.. shape.Dimensions.Skip(1)];
        long made = output.Aggregate(1L, (product, size) => product * size);
        string name = NameOf(node);
        if (node.OpType == "BatchNormalization")
            return new LayerOperations(name, "norm", output, made, made);

        // Every output is a sum over the values of the weight that belong to it.
        long terms = model.Constant(node.Input[1]) is { } weight ? weight.Length() / Math.Max(1, output[0]) : 0;
        bool hasBias = node.OpType != "MatMul" && node.Input.Count > 2 && node.Input[2].Length > 0;
        return new LayerOperations(name, node.OpType == "Conv" ? "conv" : "linear", output, terms * made, Math.Max(0, terms - (hasBias ? 0 : 1)) * made);
    }

    private static string NameOf(NodeProto node)
    {
        string parameter = node.Input.Count > 1 ? node.Input[1] : "";
        if (parameter.EndsWith(Weight, StringComparison.Ordinal))
            return parameter[..^Weight.Length];
        return node.Name.Length > 0 ? node.Name : node.Output[0];
    }
}

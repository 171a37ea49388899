using Gdws.Onnx.Schema;

namespace Gdws.Onnx;

/// <summary>The rule of every operator that we know: from the shapes of its inputs to those of its outputs.</summary>
internal static class ShapeRules
{
    private delegate TensorShape? Rule(ShapeContext context, NodeProto node);

    private static readonly Dictionary<string, Rule> _rules = Table();

    /// <summary>The shapes of the node's outputs; null where unknown.</summary>
    public static IReadOnlyList<TensorShape?> Apply(ShapeContext context, NodeProto node)
    {
        bool isStandard = node.Domain is "" or "ai.onnx";
        if (isStandard && node.OpType == "Split")
            return RearrangingRules.Split(context, node);
        if (!isStandard || !_rules.TryGetValue(node.OpType, out Rule? rule))
            return [];

        IntegerFolding.Fold(context, node);
        return [rule(context, node)];
    }

    private static Dictionary<string, Rule> Table()
    {
        Dictionary<string, Rule> rules = new(StringComparer.Ordinal)
        {
            ["Conv"] = SpatialRules.Convolution,
            ["MaxPool"] = SpatialRules.Pool,
            ["AveragePool"] = SpatialRules.Pool,
            ["LpPool"] = SpatialRules.Pool,
            ["GlobalAveragePool"] = SpatialRules.GlobalPool,
            ["GlobalMaxPool"] = SpatialRules.GlobalPool,
            ["Gemm"] = ElementwiseRules.Gemm,
            ["MatMul"] = ElementwiseRules.MatMul,
            ["Constant"] = RearrangingRules.Constant,
            ["ConstantOfShape"] = RearrangingRules.ConstantOfShape,
            ["Shape"] = RearrangingRules.ShapeOf,
            ["Reshape"] = RearrangingRules.Reshape,
            ["Flatten"] = RearrangingRules.Flatten,
            ["Squeeze"] = RearrangingRules.Squeeze,
            ["Unsqueeze"] = RearrangingRules.Unsqueeze,
            ["Transpose"] = RearrangingRules.Transpose,
            ["Concat"] = RearrangingRules.Concat,
            ["Gather"] = RearrangingRules.Gather,
            ["Slice"] = RearrangingRules.Slice,
            ["Pad"] = RearrangingRules.Pad,
            ["Expand"] = RearrangingRules.Expand,
        };
        foreach (string name in (string[])["ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceL2", "ReduceProd", "ReduceSumSquare"])
            rules[name] = ElementwiseRules.Reduce;
        foreach (string name in (string[])["Add", "Sub", "Mul", "Div", "Pow", "PRelu", "Max", "Min", "Sum", "Mean", "Where", "Equal", "Greater", "Less", "Mod"])
            rules[name] = ElementwiseRules.Broadcast;
        foreach (string name in (string[])
        [
            "Relu", "LeakyRelu", "Elu", "Selu", "Celu", "Sigmoid", "HardSigmoid", "HardSwish", "Tanh", "Softplus", "Softsign", "Mish", "Gelu", "Clip",
            "Abs", "Neg", "Sqrt", "Exp", "Log", "Erf", "Floor", "Ceil", "Round", "Reciprocal", "Not", "Cast", "Identity", "Dropout", "Softmax",
            "LogSoftmax", "BatchNormalization", "InstanceNormalization", "LayerNormalization", "LRN", "QuantizeLinear", "DequantizeLinear",
            "RandomNormalLike", "RandomUniformLike",
        ])
        {
            rules[name] = static (context, node) => context.Input(node, 0);
        }

        return rules;
    }
}

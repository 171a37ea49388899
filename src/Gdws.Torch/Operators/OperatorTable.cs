using Gdws.Onnx;
using Gdws.Onnx.Schema;

namespace Gdws.Torch.Operators;

/// <summary>The ONNX operators that <see cref="TorchNetwork"/> can run.</summary>
internal static class OperatorTable
{
    private static readonly Dictionary<string, OperatorBuilder> Builders = new(StringComparer.Ordinal)
    {
        ["Conv"] = Convolutions.Convolve,
        ["Gemm"] = LinearMaps.Gemm,
        ["MatMul"] = LinearMaps.Multiply,

        ["BatchNormalization"] = Normalizations.Batch,
        ["LRN"] = Normalizations.LocalResponse,
        ["Softmax"] = Normalizations.Softmax,
        ["LogSoftmax"] = Normalizations.LogSoftmax,

        ["Relu"] = _ => inputs => inputs[0]!.relu(),
        ["LeakyRelu"] = Activations.LeakyRelu,
        ["PRelu"] = Activations.ParametricRelu,
        ["Elu"] = Activations.Elu,
        ["Gelu"] = Activations.Gelu,
        ["Sigmoid"] = _ => inputs => inputs[0]!.sigmoid(),
        ["Tanh"] = _ => inputs => inputs[0]!.tanh(),
        ["Softplus"] = _ => inputs => torch.nn.functional.softplus(inputs[0]!),
        ["Clip"] = Activations.Clip,
        ["HardSwish"] = _ => inputs => torch.nn.functional.hardswish(inputs[0]!),
        ["HardSigmoid"] = Activations.HardSigmoid,

        ["Add"] = _ => inputs => inputs[0]!.Plus(inputs[1]!),
        ["Sub"] = _ => inputs => inputs[0]!.Minus(inputs[1]!),
        ["Mul"] = _ => inputs => inputs[0]! * inputs[1]!,
        ["Div"] = _ => Arithmetic.Divide,
        ["Pow"] = Arithmetic.Power,
        ["Sum"] = _ => Arithmetic.Sum,
        ["Neg"] = _ => inputs => -inputs[0]!,
        ["Abs"] = _ => inputs => inputs[0]!.abs(),
        ["Sqrt"] = _ => inputs => inputs[0]!.sqrt(),
        ["Exp"] = _ => inputs => inputs[0]!.exp(),
        ["Log"] = _ => inputs => inputs[0]!.log(),
        ["Erf"] = _ => inputs => inputs[0]!.erf(),
        ["Reciprocal"] = _ => inputs => inputs[0]!.reciprocal(),

        ["MaxPool"] = Pooling.Maximum,
        ["AveragePool"] = Pooling.Average,
        ["GlobalAveragePool"] = _ => Pooling.GlobalAverage,
        ["GlobalMaxPool"] = _ => Pooling.GlobalMaximum,
        ["ReduceMean"] = node => Reductions.Over(node, (x, axes, keep) => x.mean(axes, keep)),
        ["ReduceSum"] = node => Reductions.Over(node, (x, axes, keep) => x.sum(axes, keep)),
        ["ReduceMax"] = node => Reductions.Over(node, (x, axes, keep) => x.amax(axes, keep)),
        ["ReduceMin"] = node => Reductions.Over(node, (x, axes, keep) => x.amin(axes, keep)),

        ["Gather"] = Selections.Gather,
        ["Slice"] = Selections.Slice,
        ["Split"] = Selections.Split,
        ["Concat"] = Selections.Concatenate,
        ["Pad"] = Selections.Pad,

        ["Flatten"] = Arrangements.Flatten,
        ["Reshape"] = Arrangements.Reshape,
        ["Squeeze"] = Arrangements.Squeeze,
        ["Unsqueeze"] = Arrangements.Unsqueeze,
        ["Transpose"] = Arrangements.Transpose,
        ["Expand"] = Arrangements.Expand,

        ["RandomNormalLike"] = RandomValues.NormalLike,
        ["RandomUniformLike"] = RandomValues.UniformLike,
        ["Dropout"] = RandomValues.Dropout,

        ["Constant"] = Constants.Constant,
        ["ConstantOfShape"] = Constants.OfShape,
        ["Shape"] = Constants.Shape,
        ["Cast"] = Constants.Cast,
    };

    /// <summary>Whether a node passes its first input on; such nodes cost nothing, since their output is another name of their input.</summary>
    public static bool PassesOn(OnnxModel model, NodeProto node) =>
        node.OpType == "Identity" || (node.OpType == "Dropout" && !RandomValues.AreDrawnBy(model, node));

    /// <summary>What runs the node.</summary>
    /// <exception cref="GdwsException">The operator isn't known, or not in the form that the node has.</exception>
    public static TorchOperator Build(NodeContext node)
    {
        if (node.Node.Domain is not ("" or "ai.onnx") || !Builders.TryGetValue(node.Node.OpType, out OperatorBuilder? builder))
            throw node.Error("this operator isn't supported by the engine torch");
        if (node.OutputIndex > 0 && node.Node.OpType != "Split")
            throw node.Error($"its output {node.OutputIndex + 1} ({node.Node.Output[node.OutputIndex]}) isn't supported by the engine torch");

        int required = node.Node.OpType switch
        {
            "Constant" => 0,
            "Conv" or "Gemm" or "MatMul" or "PRelu" or "Sub" or "Add" or "Mul" or "Div" or "Pow" or "Gather" or "Expand" => 2,
            "Reshape" => 2,
            "BatchNormalization" => 5,
            _ => 1,
        };
        for (int i = 0; i < required; i++)
        {
            if (!node.Has(i))
                throw node.Error($"expected {required} inputs, its input {i + 1} is missing");
        }

        return builder(node);
    }
}

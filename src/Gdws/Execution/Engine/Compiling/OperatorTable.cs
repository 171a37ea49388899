using Gdws.Execution.Engine.Kernels;
using Gdws.Execution.Engine.Steps;
using Gdws.Onnx;
using Gdws.Onnx.Schema;

namespace Gdws.Execution.Engine.Compiling;

/// <summary>The operators that the engine has, and what makes steps of each.</summary>
internal static class OperatorTable
{
    public delegate void Rule(NetworkLowering lowering, NodeProto node);

    public static IReadOnlyDictionary<string, Rule> Rules { get; } = new Dictionary<string, Rule>(StringComparer.Ordinal)
    {
        ["Conv"] = ConvolutionLowering.Convolution,
        ["Gemm"] = ConvolutionLowering.Gemm,
        ["MatMul"] = ConvolutionLowering.MatMul,
        ["BatchNormalization"] = ArithmeticLowering.BatchNormalization,
        ["Add"] = static (lowering, node) => ArithmeticLowering.Combine(lowering, node, Arithmetic.Add),
        ["Sum"] = static (lowering, node) => ArithmeticLowering.Combine(lowering, node, Arithmetic.Add),
        ["Sub"] = static (lowering, node) => ArithmeticLowering.Combine(lowering, node, Arithmetic.Subtract),
        ["Mul"] = static (lowering, node) => ArithmeticLowering.Combine(lowering, node, Arithmetic.Multiply),
        ["Div"] = static (lowering, node) => ArithmeticLowering.Combine(lowering, node, Arithmetic.Divide),
        ["Neg"] = ArithmeticLowering.Negate,
        ["Relu"] = static (lowering, node) => lowering.Fusion.Limit(node, lowering.Input(node, 0), Clamp.Relu),
        ["Clip"] = ArithmeticLowering.Clip,
        ["LeakyRelu"] = static (lowering, node) => Function(lowering, node, new(ActivationKind.LeakyRelu, node.Real("alpha", 0.01f))),
        ["Elu"] = static (lowering, node) => Function(lowering, node, new(ActivationKind.Elu, node.Real("alpha", 1))),
        ["Sigmoid"] = static (lowering, node) => Function(lowering, node, new(ActivationKind.Sigmoid)),
        ["HardSigmoid"] = static (lowering, node) =>
            Function(lowering, node, new(ActivationKind.HardSigmoid, node.Real("alpha", 0.2f), node.Real("beta", 0.5f))),
        ["HardSwish"] = static (lowering, node) => Function(lowering, node, new(ActivationKind.HardSwish)),
        ["Tanh"] = static (lowering, node) => Function(lowering, node, new(ActivationKind.Tanh)),
        ["Exp"] = static (lowering, node) => Function(lowering, node, new(ActivationKind.Exp)),
        ["Sqrt"] = static (lowering, node) => Function(lowering, node, new(ActivationKind.Sqrt)),
        ["Softmax"] = static (lowering, node) => ArithmeticLowering.Softmax(lowering, node, isLogarithm: false),
        ["LogSoftmax"] = static (lowering, node) => ArithmeticLowering.Softmax(lowering, node, isLogarithm: true),
        ["MaxPool"] = static (lowering, node) => PoolLowering.Pool(lowering, node, isMax: true),
        ["AveragePool"] = static (lowering, node) => PoolLowering.Pool(lowering, node, isMax: false),
        ["GlobalMaxPool"] = static (lowering, node) => PoolLowering.WholeMap(lowering, node, isMax: true),
        ["GlobalAveragePool"] = static (lowering, node) => PoolLowering.WholeMap(lowering, node, isMax: false),
        ["ReduceMean"] = PoolLowering.ReduceMean,
        ["Concat"] = RearrangingLowering.Concat,
        ["Slice"] = RearrangingLowering.Slice,
        ["Pad"] = RearrangingLowering.Pad,
        ["Gather"] = RearrangingLowering.Gather,
        ["Split"] = RearrangingLowering.Split,
        ["Flatten"] = RearrangingLowering.Flatten,
        ["Reshape"] = RearrangingLowering.Flatten,
    };

    /// <summary>Whether an operator may read maps other than its first input.</summary>
    public static bool ReadsSeveralMaps(NodeProto node) => node.OpType is "Add" or "Sum" or "Sub" or "Mul" or "Div" or "Concat" or "MatMul";

    private static void Function(NetworkLowering lowering, NodeProto node, Activation function)
    {
        MapValue input = lowering.Input(node, 0);
        lowering.Steps.Add(new ActivationStep(input, lowering.NewOutput(node), function));
    }
}

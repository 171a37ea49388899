using Gdws.Onnx;

namespace Gdws.Torch.Operators;

/// <summary>Activations that have parameters.</summary>
internal static class Activations
{
    public static TorchOperator LeakyRelu(NodeContext node)
    {
        double slope = node.Node.Real("alpha", 0.01f);
        return inputs => inputs[0]!.leaky_relu(KeptScalar.Of(slope));
    }

    public static TorchOperator ParametricRelu(NodeContext node) => inputs =>
    {
        using Tensor positive = inputs[0]!.relu();
        using Tensor negative = inputs[0]!.clamp(max: KeptScalar.Zero);
        using Tensor scaled = negative * inputs[1]!;
        return positive.Plus(scaled);
    };

    public static TorchOperator Elu(NodeContext node)
    {
        double alpha = node.Node.Real("alpha", 1f);
        return inputs => torch.nn.functional.elu(inputs[0]!, alpha);
    }

    public static TorchOperator Gelu(NodeContext node)
    {
        if (node.Node.Text("approximate", "none") != "none")
            throw node.Error("only the exact form is supported");
        return inputs => torch.nn.functional.gelu(inputs[0]!);
    }

    public static TorchOperator HardSigmoid(NodeContext node)
    {
        double alpha = node.Node.Real("alpha", 0.2f);
        double beta = node.Node.Real("beta", 0.5f);
        return inputs =>
        {
            using Tensor scaled = inputs[0]!.mul(KeptScalar.Of(alpha));
            using Tensor shifted = scaled.add(KeptScalar.Of(beta));
            return shifted.clamp(KeptScalar.Zero, KeptScalar.One);
        };
    }

    public static TorchOperator Clip(NodeContext node)
    {
        // Version 11 turned the attributes into inputs.
        double? minimum = node.Node.Find("min")?.F ?? node.ConstantReal(1, "the lower bound");
        double? maximum = node.Node.Find("max")?.F ?? node.ConstantReal(2, "the upper bound");
        Scalar? low = minimum is { } least ? least.ToScalar() : null;
        Scalar? high = maximum is { } most ? most.ToScalar() : null;
        return inputs => low is null && high is null ? inputs[0]!.alias() : inputs[0]!.clamp(low, high);
    }
}

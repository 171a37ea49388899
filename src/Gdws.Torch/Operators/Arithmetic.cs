namespace Gdws.Torch.Operators;

/// <summary>Arithmetic that isn't one call.</summary>
internal static class Arithmetic
{
    /// <summary>Integers (sizes) divide without remainder.</summary>
    public static Tensor Divide(Tensor?[] inputs) => torch.is_integral(inputs[0]!)
        ? torch.div(inputs[0]!, inputs[1]!, torch.RoundingMode.trunc)
        : inputs[0]! / inputs[1]!;

    public static TorchOperator Power(NodeContext node)
    {
        if (node.TryConstant(1, out Tensor? exponent) && exponent.numel() == 1)
        {
            double value = node.ConstantReal(1, "the exponent")!.Value;
            return inputs => inputs[0]!.pow(KeptScalar.Of(value));
        }

        return inputs => inputs[0]!.pow(inputs[1]!);
    }

    public static Tensor Sum(Tensor?[] inputs)
    {
        Tensor sum = inputs[0]!.alias();
        foreach (Tensor? term in inputs.Skip(1))
        {
            using Tensor previous = sum;
            sum = previous.Plus(term!);
        }

        return sum;
    }
}

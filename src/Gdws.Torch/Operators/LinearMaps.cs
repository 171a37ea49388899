using Gdws.Onnx;

namespace Gdws.Torch.Operators;

/// <summary>Products of matrices.</summary>
internal static class LinearMaps
{
    /// <summary>Y = α·A·B + β·C with A and B transposed as asked.</summary>
    public static TorchOperator Gemm(NodeContext node)
    {
        double alpha = node.Node.Real("alpha", 1f);
        double beta = node.Node.Real("beta", 1f);
        bool transposeA = node.Node.Integer("transA", 0) != 0;
        bool transposeB = node.Node.Integer("transB", 0) != 0;

        return inputs => TrainingMode.Multiply(node.Training, inputs, factors =>
        {
            using Tensor a = transposeA ? factors[0]!.t() : factors[0]!.alias();
            using Tensor b = transposeB ? factors[1]!.t() : factors[1]!.alias();
            Tensor? c = factors.Length > 2 ? factors[2] : null;
            if (c is not null)
                return torch.addmm(c, a, b, (float)beta, (float)alpha);

            Tensor product = torch.mm(a, b);
            if (alpha == 1)
                return product;
            using (product)
                return product.mul(KeptScalar.Of(alpha));
        });
    }

    public static TorchOperator Multiply(NodeContext node) => inputs =>
        TrainingMode.Multiply(node.Training, inputs, factors => torch.matmul(factors[0]!, factors[1]!));
}

using Gdws.Onnx.Schema;

namespace Gdws.Onnx;

/// <summary>What a network costs for one image.</summary>
/// <param name="ConvolutionMacs">Multiply-accumulates of all 2-D convolutions.</param>
/// <param name="LinearMacs">Multiply-accumulates of the linear layers (<c>Gemm</c>, <c>MatMul</c> by a constant).</param>
/// <param name="Parameters">Weights and biases of convolutions and linear layers, scales and shifts of batch normalisation.</param>
public sealed record NetworkComplexity(long ConvolutionMacs, long LinearMacs, long Parameters)
{
    /// <summary>All multiply-accumulates for one image; element-wise work and pooling aren't counted.</summary>
    public long Macs => ConvolutionMacs + LinearMacs;

    /// <summary>Counts a network's operations and parameters.</summary>
    /// <param name="model">The network.</param>
    public static NetworkComplexity Of(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        long linear = 0;
        Dictionary<string, long> parameters = new(StringComparer.Ordinal);
        foreach (NodeProto node in model.Nodes)
        {
            switch (node.OpType)
            {
                case "Conv":
                    Count(node, 1, 2);
                    break;
                case "Gemm":
                    linear += Count(node, 1, 2);
                    break;
                case "MatMul":
                    linear += Count(node, 1, 1);
                    CountFollowingBias(node);
                    break;
                case "BatchNormalization":
                    Count(node, 1, 2);
                    break;
            }
        }

        return new NetworkComplexity(model.Convolutions.Sum(layer => layer.Macs), linear, parameters.Values.Sum());

        long Count(NodeProto node, int first, int last)
        {
            long weight = 0;
            for (int i = first; i <= last && i < node.Input.Count; i++)
            {
                if (model.Constant(node.Input[i]) is not { } tensor)
                    continue;
                parameters[node.Input[i]] = tensor.Length();
                if (i == first)
                    weight = tensor.Length();
            }

            return weight;
        }

        void CountFollowingBias(NodeProto product)
        {
            if (model.Consumers(product.Output[0]) is [{ OpType: "Add" } add])
                Count(add, 0, 1);
        }
    }
}

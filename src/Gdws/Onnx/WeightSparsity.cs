using DataType = Gdws.Onnx.Schema.TensorProto.Types.DataType;

namespace Gdws.Onnx;

/// <summary>
/// How many weights of a network's convolutions and linear layers are exactly zero: what pruning left. Zeros save neither time nor memory in a dense layer;
/// they are counted so that pruned networks can be told and compared.
/// </summary>
public sealed class WeightSparsity
{
    private readonly Dictionary<string, (long Zeros, long Weights)> _layers;

    private WeightSparsity(Dictionary<string, (long Zeros, long Weights)> layers, long linearZeros, long linearWeights)
    {
        _layers = layers;
        Zeros = layers.Values.Sum(layer => layer.Zeros) + linearZeros;
        Weights = layers.Values.Sum(layer => layer.Weights) + linearWeights;
    }

    /// <summary>Weights that are zero.</summary>
    public long Zeros { get; }

    /// <summary>All weights of convolutions and linear layers, without biases.</summary>
    public long Weights { get; }

    /// <summary>The share of weights that are zero, between 0 and 1; 0 for a network without weights.</summary>
    public double Share => Weights == 0 ? 0 : (double)Zeros / Weights;

    /// <summary>Counts.</summary>
    /// <param name="model">The network.</param>
    public static WeightSparsity Of(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Dictionary<string, (long, long)> layers = new(StringComparer.Ordinal);
        foreach (ConvolutionLayer layer in model.Convolutions)
        {
            (long zeros, long weights) = Count(model, layer.WeightName);
            if (layer.PointwiseNode is { } pointwise)
            {
                (long more, long further) = Count(model, pointwise.Input[1]);
                (zeros, weights) = (zeros + more, weights + further);
            }

            layers[layer.Name] = (zeros, weights);
        }

        (long Zeros, long Weights)[] linear = [.. model.Nodes.Where(node => node.OpType is "Gemm" or "MatMul" && node.Input.Count > 1)
            .Select(node => Count(model, node.Input[1]))];
        return new WeightSparsity(layers, linear.Sum(layer => layer.Zeros), linear.Sum(layer => layer.Weights));
    }

    /// <summary>The share of zeros in a convolution's weight (both parts of a GDWS one), between 0 and 1; 0 where its weight is computed.</summary>
    /// <param name="layer">One of the network's convolutions.</param>
    public double ShareOf(ConvolutionLayer layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        return _layers.TryGetValue(layer.Name, out (long Zeros, long Weights) counted) && counted.Weights > 0
            ? (double)counted.Zeros / counted.Weights
            : 0;
    }

    private static (long Zeros, long Weights) Count(OnnxModel model, string weight)
    {
        // Weights in a packed type, or damaged ones, are somebody else's business: they aren't counted.
        if (model.Constant(weight) is not { } tensor || (DataType)tensor.DataType is not (DataType.Float or DataType.Float16 or DataType.Bfloat16 or DataType.Double))
            return (0, 0);
        float[] values = tensor.ToSingles();
        return (values.LongLength - values.Count(value => value != 0), values.LongLength);
    }
}

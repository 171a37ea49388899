using Gdws.Onnx;
using Gdws.Onnx.Schema;

namespace Gdws.Torch.Pruning;

/// <summary>The way of a convolution's output channels to the one layer that reads them, with the channels that arrive there as zero.</summary>
internal sealed class DeadChannelPath
{
    private readonly Func<string, TensorProto> _tensor;
    private readonly List<(string Name, int Dimension, int PerChannel)> _cuts = [];

    private DeadChannelPath(Func<string, TensorProto> tensor) => _tensor = tensor;

    /// <summary>The channels that can go; never all of them.</summary>
    public required IReadOnlyList<int> Dead { get; init; }

    /// <summary>The tensors that depend on the channels, without the dead ones.</summary>
    public IEnumerable<(string Name, TensorProto Tensor)> WithoutDead() =>
        _cuts.Select(cut => (cut.Name, Without(_tensor(cut.Name), cut.Dimension, cut.PerChannel)));

    /// <summary>The path from a convolution; null where none of its channels is dead, or they go elsewhere too.</summary>
    /// <param name="network">The network.</param>
    /// <param name="convolution">An ordinary convolution.</param>
    /// <param name="replaced">Tensors that have others in their place by now.</param>
    public static DeadChannelPath? From(OnnxModel network, NodeProto convolution, IReadOnlyDictionary<string, TensorProto> replaced)
    {
        TensorProto Tensor(string name) => replaced.GetValueOrDefault(name) ?? network.Constant(name)!;
        bool IsOwn(string name) => name.Length == 0 || (network.Graph.Initializer.Any(t => t.Name == name) && network.Consumers(name).Count == 1);

        if (convolution.Integer("group", 1) != 1 || !convolution.Input.Skip(1).All(IsOwn))
            return null;
        string? bias = convolution.Input.Count > 2 && convolution.Input[2].Length > 0 ? convolution.Input[2] : null;
        double[] values = Constants(Tensor(convolution.Input[1]), bias is null ? null : Tensor(bias));
        List<(string Name, int Dimension, int PerChannel)> cuts = [(convolution.Input[1], 0, 1)];
        if (bias is not null)
            cuts.Add((bias, 0, 1));

        NodeProto maker = convolution;
        while (!network.IsOutput(maker.Output[0]) && network.Consumers(maker.Output[0]) is [{ } next] && next.Input[0] == maker.Output[0])
        {
            switch (next.OpType)
            {
                case "BatchNormalization" when next.Input.Skip(1).All(IsOwn):
                    Normalize(next, [.. next.Input.Skip(1).Take(4).Select(name => Tensor(name).ToSingles())], values);
                    cuts.AddRange(next.Input.Skip(1).Take(4).Select(name => (name, 0, 1)));
                    break;
                case "Relu":
                    for (int i = 0; i < values.Length; i++)
                        values[i] = Math.Max(0, values[i]);
                    break;
                case "Identity" or "LeakyRelu" or "MaxPool" or "AveragePool" or "GlobalAveragePool" or "GlobalMaxPool" or "Flatten":
                    // Zero stays zero, and nothing else becomes it.
                    break;
                case "Conv" when next.Integer("group", 1) == 1 && IsOwn(next.Input[1]):
                    cuts.Add((next.Input[1], 1, 1));
                    return Of(values, cuts, Tensor);
                case "Gemm" when next.Integer("transB", 0) == 1 && next.Integer("transA", 0) == 0 && IsOwn(next.Input[1])
                    && Tensor(next.Input[1]).Shape()[1] % values.Length == 0:
                    cuts.Add((next.Input[1], 1, Tensor(next.Input[1]).Shape()[1] / values.Length));
                    return Of(values, cuts, Tensor);
                default:
                    return null;
            }

            maker = next;
        }

        return null;
    }

    private static DeadChannelPath? Of(double[] values, List<(string Name, int Dimension, int PerChannel)> cuts, Func<string, TensorProto> tensor)
    {
        int[] dead = [.. Enumerable.Range(0, values.Length).Where(i => values[i] == 0)];
        if (dead.Length == values.Length)
            dead = dead[1..];
        if (dead.Length == 0)
            return null;
        DeadChannelPath path = new(tensor) { Dead = dead };
        path._cuts.AddRange(cuts);
        return path;
    }

    /// <summary>The value that a channel has everywhere; no number where it depends on the image.</summary>
    private static double[] Constants(TensorProto weight, TensorProto? bias)
    {
        float[] weights = weight.ToSingles();
        float[]? biases = bias?.ToSingles();
        int filters = weight.Shape()[0], length = weights.Length / filters;
        double[] values = new double[filters];
        for (int m = 0; m < filters; m++)
            values[m] = weights.AsSpan(m * length, length).ContainsAnyExcept(0f) ? double.NaN : biases?[m] ?? 0;
        return values;
    }

    private static void Normalize(NodeProto node, float[][] statistics, double[] values)
    {
        (float[] scale, float[] shift, float[] mean, float[] variance) = (statistics[0], statistics[1], statistics[2], statistics[3]);
        double epsilon = node.Real("epsilon", 1e-5f);
        for (int i = 0; i < values.Length; i++)
        {
            // A scale of zero makes a channel constant whatever the image is.
            values[i] = scale[i] == 0 ? shift[i] : ((values[i] - mean[i]) / Math.Sqrt(variance[i] + epsilon) * scale[i]) + shift[i];
        }
    }

    private TensorProto Without(TensorProto tensor, int dimension, int perChannel)
    {
        int[] shape = tensor.Shape();
        int outer = shape[..dimension].Aggregate(1, (a, b) => a * b), inner = shape[(dimension + 1)..].Aggregate(1, (a, b) => a * b);
        HashSet<int> dead = [.. Dead];
        int[] kept = [.. Enumerable.Range(0, shape[dimension]).Where(i => !dead.Contains(i / perChannel))];
        float[] source = tensor.ToSingles(), target = new float[outer * kept.Length * inner];
        for (int o = 0; o < outer; o++)
        {
            for (int k = 0; k < kept.Length; k++)
                source.AsSpan(((o * shape[dimension]) + kept[k]) * inner, inner).CopyTo(target.AsSpan(((o * kept.Length) + k) * inner));
        }

        shape[dimension] = kept.Length;
        return tensor.DataType == (int)TensorProto.Types.DataType.Float16
            ? OnnxTensor.CreateHalf(tensor.Name, shape, target)
            : OnnxTensor.Create(tensor.Name, shape, target);
    }
}

using Gdws.Onnx.Schema;
using DataType = Gdws.Onnx.Schema.TensorProto.Types.DataType;

namespace Gdws.Onnx;

/// <summary>Gives convolutions and linear layers other weights, and a bias where they had none; the graph stays as it is otherwise.</summary>
public static class LayerWeights
{
    // From this version of the format on, initializers needn't be inputs of the graph.
    private const int FirstIrVersionWithFreeInitializers = 4;

    /// <summary>
    /// Whether a node's weights can be replaced: a convolution of one group, or a <c>Gemm</c> that multiplies the rows of its input by a weight <c>[M, inputs]</c>
    /// and adds a bias, with constant weights of single or half precision.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="node">The node.</param>
    public static bool CanReplace(OnnxModel network, NodeProto node)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(node);
        bool isLinear = node.Is("Gemm") && node.Integer("transA", 0) == 0 && node.Integer("transB", 0) == 1 && node.Real("alpha", 1) == 1
            && node.Real("beta", 1) == 1;
        if (!isLinear && !(node.Is("Conv") && node.Integer("group", 1) == 1))
            return false;
        bool hasBias = node.Input.Count > 2 && node.Input[2].Length > 0;
        return network.Constant(node.Input[1]) is { } weight && weight.DataType is (int)DataType.Float or (int)DataType.Float16
            && (!hasBias || (network.Constant(node.Input[2]) is { } bias && bias.Length() == weight.Dims[0]));
    }

    /// <summary>A node's weight and bias.</summary>
    /// <param name="network">The network.</param>
    /// <param name="node">A node of which <see cref="CanReplace"/> says so.</param>
    /// <returns>The weight <c>[M, C·K²]</c> or <c>[M, inputs]</c>, and the bias <c>[M]</c>, zeros where there is none.</returns>
    public static (float[] Weight, float[] Bias) Of(OnnxModel network, NodeProto node)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(node);
        TensorProto tensor = network.Constant(node.Input[1])!;
        bool hasBias = node.Input.Count > 2 && node.Input[2].Length > 0;
        return (tensor.ToSingles(), hasBias ? network.Constant(node.Input[2])!.ToSingles() : new float[tensor.Dims[0]]);
    }

    /// <summary>A network with other weights.</summary>
    /// <param name="network">The network; isn't changed.</param>
    /// <param name="weights">Weights as <see cref="Of"/> gives them, by the value that the node makes.</param>
    /// <returns>A new network. A weight that other nodes read too stays theirs.</returns>
    public static OnnxModel Replace(OnnxModel network, IReadOnlyDictionary<string, (float[] Weight, float[] Bias)> weights)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(weights);
        ModelProto model = network.Proto.Clone();
        HashSet<string> names = [.. model.Graph.Initializer.Select(t => t.Name), .. model.Graph.Input.Select(i => i.Name), .. model.Graph.Node.SelectMany(n => n.Output)];
        foreach (NodeProto node in model.Graph.Node.Where(node => node.Output.Count > 0))
        {
            if (!weights.TryGetValue(node.Output[0], out (float[] Weight, float[] Bias) values))
                continue;
            TensorProto old = network.Constant(node.Input[1])!;
            int[] shape = [.. old.Dims.Select(d => (int)d)];
            string name = node.Input[1].EndsWith(".weight", StringComparison.Ordinal) ? node.Input[1][..^".weight".Length] : node.Output[0];
            string? oldBias = node.Input.Count > 2 && node.Input[2].Length > 0 ? node.Input[2] : null;
            node.Input[1] = Put(network, model, names, node.Input[1], $"{name}.fitted.weight", shape, values.Weight, (DataType)old.DataType);
            string bias = Put(network, model, names, oldBias, $"{name}.bias", [values.Bias.Length], values.Bias, (DataType)old.DataType);
            while (node.Input.Count < 3)
                node.Input.Add("");
            node.Input[2] = bias;
        }

        return new OnnxModel(model, network.Source);
    }

    /// <summary>Writes a tensor in the place of an old one where only one node reads that, else beside it.</summary>
    private static string Put(
        OnnxModel network, ModelProto model, HashSet<string> names, string? old, string name, int[] shape, float[] values, DataType type)
    {
        TensorProto? place = old is not null && network.Consumers(old) is [var reader] && reader.Input.Count(input => input == old) == 1 && !network.IsOutput(old)
            ? model.Graph.Initializer.FirstOrDefault(tensor => tensor.Name == old)
            : null;
        string free = name;
        for (int number = 2; place is null && !names.Add(free); number++)
            free = $"{name}#{number}";
        TensorProto tensor = type == DataType.Float16 ? OnnxTensor.CreateHalf(place?.Name ?? free, shape, values) : OnnxTensor.Create(place?.Name ?? free, shape, values);
        if (place is not null)
        {
            // By reference: comparing weights would read them all.
            for (int i = 0; i < model.Graph.Initializer.Count; i++)
            {
                if (ReferenceEquals(model.Graph.Initializer[i], place))
                    model.Graph.Initializer[i] = tensor;
            }

            return tensor.Name;
        }

        model.Graph.Initializer.Add(tensor);
        if (model.IrVersion < FirstIrVersionWithFreeInitializers)
        {
            TensorShapeProto dimensions = new();
            dimensions.Dim.Add(shape.Select(d => new TensorShapeProto.Types.Dimension { DimValue = d }));
            model.Graph.Input.Add(new ValueInfoProto
            {
                Name = tensor.Name,
                Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = tensor.DataType, Shape = dimensions } },
            });
        }

        return tensor.Name;
    }
}

using Gdws.Decomposition;
using Gdws.Onnx;
using Gdws.Onnx.Schema;
using DataType = Gdws.Onnx.Schema.TensorProto.Types.DataType;

namespace Gdws.Planning;

/// <summary>
/// Replaces convolutions of a network by GDWS ones, in standard operators:
/// <code>
///   Conv (W, b)   becomes   [Gather (channels)] ─► Conv (kernels, group = G) ─► Conv 1×1 (pointwise, b)
/// </code>
/// Stride, padding and dilation go with the depthwise part, the bias with the pointwise part. The <c>Gather</c> is left out where every
/// channel has one kernel. A layer without any kernel gets one of zeros that reads channel 0: its output is the bias, and its size and
/// batch still follow from its input.
/// </summary>
internal sealed class GdwsConvolutionWriter
{
    // From this version of the format on, initializers needn't be inputs of the graph.
    private const int FirstIrVersionWithFreeInitializers = 4;

    private readonly OnnxModel _network;
    private readonly ModelProto _model;
    private readonly Dictionary<NodeProto, NodeProto[]> _replacements = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly List<string> _replacedWeights = [];

    public GdwsConvolutionWriter(OnnxModel network)
    {
        _network = network;
        _model = network.Proto.Clone();
        GraphProto graph = network.Graph;
        _names.UnionWith(graph.Input.Select(i => i.Name));
        _names.UnionWith(graph.Initializer.Select(i => i.Name));
        _names.UnionWith(graph.Node.SelectMany(node => node.Output));
        _names.UnionWith(graph.Node.Select(node => node.Name));
    }

    /// <summary>Replaces a convolution.</summary>
    /// <param name="layer">A dense convolution of the network, with a constant weight.</param>
    /// <param name="factors">What takes its place.</param>
    public void Replace(ConvolutionLayer layer, GdwsFactors factors)
    {
        NodeProto old = layer.Node;
        DataType type = (DataType)_network.Constant(layer.WeightName)!.DataType;
        string name = FreeName(layer.Name);
        int kernels = Math.Max(1, factors.Kernels);
        List<NodeProto> nodes = [];

        string input = old.Input[0];
        if (!UsesEveryChannelOnce(factors))
        {
            long[] channels = factors.Kernels == 0 ? [0] : [.. factors.ChannelMap.Select(c => (long)c)];
            AddInitializer(OnnxTensor.Create($"{name}.channels", [kernels], channels));
            nodes.Add(Node("Gather", $"{name}/gather", $"{name}/gather.output", input, $"{name}.channels").With("axis", 1));
            input = $"{name}/gather.output";
        }

        ReadOnlySpan<float> depthwise = factors.Kernels == 0 ? new float[factors.KernelHeight * factors.KernelWidth] : factors.Depthwise;
        AddInitializer(Tensor(type, $"{name}.depthwise.weight", [kernels, 1, factors.KernelHeight, factors.KernelWidth], depthwise));
        NodeProto filter = Node("Conv", $"{name}/depthwise", $"{name}/depthwise.output", input, $"{name}.depthwise.weight");
        filter.Attribute.Add(old.Attribute.Where(attribute => attribute.Name != "group").Select(attribute => attribute.Clone()));
        nodes.Add(filter.With("group", kernels));

        ReadOnlySpan<float> pointwise = factors.Kernels == 0 ? new float[factors.Outputs] : factors.Pointwise;
        AddInitializer(Tensor(type, $"{name}.pointwise.weight", [factors.Outputs, kernels, 1, 1], pointwise));
        NodeProto mix = Node("Conv", $"{name}/pointwise", old.Output[0], $"{name}/depthwise.output", $"{name}.pointwise.weight");
        if (BiasOf(layer, factors, type, name) is { } bias)
            mix.Input.Add(bias);
        nodes.Add(mix.WithList("kernel_shape", 1, 1));

        _replacements[old] = [.. nodes];
        _replacedWeights.Add(layer.WeightName);
    }

    /// <summary>The network with all replacements made.</summary>
    /// <param name="metadataKey">The key of an entry of the metadata; replaced where there is one.</param>
    /// <param name="metadataValue">Its value.</param>
    public OnnxModel Finish(string metadataKey, string metadataValue)
    {
        GraphProto graph = _model.Graph;
        NodeProto[] copies = [.. graph.Node];
        graph.Node.Clear();
        for (int i = 0; i < copies.Length; i++)
        {
            // A clone's nodes stand where those of the original do.
            if (_replacements.TryGetValue(_network.Graph.Node[i], out NodeProto[]? nodes))
                graph.Node.AddRange(nodes);
            else
                graph.Node.Add(copies[i]);
        }

        RemoveUnusedWeights();
        StringStringEntryProto? entry = _model.MetadataProps.FirstOrDefault(property => property.Key == metadataKey);
        if (entry is null)
            _model.MetadataProps.Add(entry = new StringStringEntryProto { Key = metadataKey });
        entry.Value = metadataValue;
        return new OnnxModel(_model, _network.Source);
    }

    private static bool UsesEveryChannelOnce(GdwsFactors factors) =>
        factors.Kernels == factors.Inputs && factors.ChannelMap.SequenceEqual(Enumerable.Range(0, factors.Inputs));

    private static NodeProto Node(string operatorName, string name, string output, params string[] inputs)
    {
        NodeProto node = new() { OpType = operatorName, Name = name };
        node.Input.Add(inputs);
        node.Output.Add(output);
        return node;
    }

    private static TensorProto Tensor(DataType type, string name, int[] shape, ReadOnlySpan<float> values) => type switch
    {
        DataType.Float => OnnxTensor.Create(name, shape, values),
        DataType.Float16 => OnnxTensor.CreateHalf(name, shape, values),
        _ => throw new GdwsException($"tensor {name}: weights of type {type.ToString().ToLowerInvariant()} aren't supported"),
    };

    private string? BiasOf(ConvolutionLayer layer, GdwsFactors factors, DataType type, string name)
    {
        string? old = layer.HasBias ? layer.Node.Input[2] : null;
        if (factors.BiasCorrection.IsEmpty)
            return old;

        float[] bias = factors.BiasCorrection.ToArray();
        if (old is not null)
        {
            TensorProto tensor = _network.Constant(old)
                ?? throw new GdwsException($"{_network.Source}: layer {layer.Name}: its bias isn't constant and so can't be corrected");
            float[] values = tensor.ToSingles();
            for (int m = 0; m < bias.Length; m++)
                bias[m] += values[m];
            _replacedWeights.Add(old);
        }

        AddInitializer(Tensor(type, $"{name}.pointwise.bias", [bias.Length], bias));
        return $"{name}.pointwise.bias";
    }

    /// <summary>The layer's name, with a number where names made from it are taken.</summary>
    private string FreeName(string name)
    {
        string free = name;
        for (int number = 2; NamesMadeFrom(free).Any(_names.Contains); number++)
            free = $"{name}#{number}";
        _names.UnionWith(NamesMadeFrom(free));
        return free;
    }

    private static string[] NamesMadeFrom(string name) =>
    [
        $"{name}.channels", $"{name}.depthwise.weight", $"{name}.pointwise.weight", $"{name}.pointwise.bias",
        $"{name}/gather", $"{name}/gather.output", $"{name}/depthwise", $"{name}/depthwise.output", $"{name}/pointwise",
    ];

    private void AddInitializer(TensorProto tensor)
    {
        _model.Graph.Initializer.Add(tensor);
        if (_model.IrVersion >= FirstIrVersionWithFreeInitializers)
            return;

        TensorShapeProto shape = new();
        shape.Dim.Add(tensor.Dims.Select(d => new TensorShapeProto.Types.Dimension { DimValue = d }));
        _model.Graph.Input.Add(new ValueInfoProto
        {
            Name = tensor.Name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = tensor.DataType, Shape = shape } },
        });
    }

    private void RemoveUnusedWeights()
    {
        GraphProto graph = _model.Graph;
        HashSet<string> used = new(StringComparer.Ordinal);
        CollectReads(graph, used);
        foreach (string weight in _replacedWeights.Where(weight => !used.Contains(weight)).Distinct())
        {
            RemoveAll(graph.Initializer, tensor => tensor.Name == weight);
            RemoveAll(graph.Input, input => input.Name == weight);
            RemoveAll(graph.ValueInfo, value => value.Name == weight);
            RemoveAll(graph.Node, node => node.Output is [var output] && output == weight);
        }
    }

    /// <summary>What the nodes of a graph and of the graphs inside them read.</summary>
    private static void CollectReads(GraphProto graph, HashSet<string> names)
    {
        names.UnionWith(graph.Output.Select(output => output.Name));
        foreach (NodeProto node in graph.Node)
        {
            names.UnionWith(node.Input);
            foreach (AttributeProto attribute in node.Attribute)
            {
                if (attribute.G is not null)
                    CollectReads(attribute.G, names);
                foreach (GraphProto inner in attribute.Graphs)
                    CollectReads(inner, names);
            }
        }
    }

    private static void RemoveAll<T>(Google.Protobuf.Collections.RepeatedField<T> items, Predicate<T> condition)
    {
        for (int i = items.Count - 1; i >= 0; i--)
        {
            if (condition(items[i]))
                items.RemoveAt(i);
        }
    }
}

using Gdws.Onnx.Schema;
using DataType = Gdws.Onnx.Schema.TensorProto.Types.DataType;

namespace Gdws.Onnx;

/// <summary>Puts an <see cref="InputConversion"/> in front of somebody else's network.</summary>
internal sealed class PrependedConversion
{
    /// <summary>Before opset 7 the arithmetic operators didn't broadcast as they do now.</summary>
    private const int OldestOpset = 7;

    private readonly ModelProto _proto;
    private readonly HashSet<string> _taken;
    private readonly string _source;

    private PrependedConversion(OnnxModel network)
    {
        _proto = network.Proto.Clone();
        _source = network.Source;
        _taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (NodeProto node in Graph.Node)
        {
            _taken.Add(node.Name);
            _taken.UnionWith(node.Input);
            _taken.UnionWith(node.Output);
        }

        _taken.UnionWith(Graph.Input.Select(i => i.Name));
        _taken.UnionWith(Graph.Initializer.Select(i => i.Name));
    }

    private GraphProto Graph => _proto.Graph;

    public static OnnxModel Apply(InputConversion conversion, OnnxModel network)
    {
        if (network.Opset < OldestOpset)
            throw new GdwsException($"{network.Source}: uses opset {network.Opset}; {OldestOpset} is the oldest that is supported");

        IReadOnlyList<ValueInfoProto> inputs = network.Inputs;
        if (inputs.Count != 1)
        {
            throw new GdwsException(
                $"{network.Source}: expected one image input, found {inputs.Count} ({string.Join(", ", inputs.Select(i => i.Name))})");
        }

        PrependedConversion result = new(network);
        BatchDimension.Open(network, result._proto);
        result.ConvertInput(conversion, inputs[0].Name);
        foreach (ValueInfoProto output in result.Graph.Output)
            result.ConvertOutput(output);
        return new OnnxModel(result._proto, network.Source);
    }

    private void ConvertInput(InputConversion conversion, string inputName)
    {
        ValueInfoProto input = Graph.Input.First(i => i.Name == inputName);
        TensorShapeProto? shape = input.Type?.TensorType?.Shape;
        if (shape is null || shape.Dim.Count != 4 || !shape.Dim[1].HasDimValue)
            throw new GdwsException($"{_source}: input {inputName} is {Describe(shape)}, expected images [N, C, H, W]");

        int channels = (int)shape.Dim[1].DimValue;
        conversion.RequireChannels(channels, _source);
        DataType type = (DataType)input.Type!.TensorType.ElemType;
        if (type is not (DataType.Float or DataType.Float16 or DataType.Bfloat16 or DataType.Double))
            throw new GdwsException($"{_source}: input {inputName} is of {Name(type)}, expected float or float16");
        if (conversion.IsNone && type == DataType.Float)
            return;

        // The graph's nodes go on reading the value they always read; it is now made by the last node of the conversion.
        string images = FreeName("images");
        InputConversionNodes nodes = new(conversion, channels, images, FreeName);
        List<NodeProto> sequence = nodes.Nodes;
        if (type != DataType.Float)
            sequence.Add(Cast(nodes.Output, inputName, type));
        sequence[^1].Output[0] = inputName;

        foreach (NodeProto node in Enumerable.Reverse(sequence))
            Graph.Node.Insert(0, node);
        Graph.Initializer.Add(nodes.Initializers);
        if (_proto.IrVersion < 4)
            Graph.Input.Add(nodes.Initializers.Select(AsInput));

        input.Name = images;
        input.DocString = "";
        input.Type.TensorType.ElemType = (int)DataType.Float;
    }

    private void ConvertOutput(ValueInfoProto output)
    {
        TypeProto.Types.Tensor? tensor = output.Type?.TensorType;
        DataType type = (DataType)(tensor?.ElemType ?? 0);
        if (type is DataType.Float16 or DataType.Bfloat16 or DataType.Double)
        {
            NodeProto cast = Cast(output.Name, FreeName("logits"), DataType.Float);
            Graph.Node.Add(cast);
            output.Name = cast.Output[0];
            tensor!.ElemType = (int)DataType.Float;
        }

        // Networks that end in a pooling say [N, classes, 1, 1].
        TensorShapeProto? shape = tensor?.Shape;
        if (shape is null || shape.Dim.Count <= 2 || shape.Dim.Skip(2).Any(d => !d.HasDimValue || d.DimValue != 1))
            return;
        NodeProto flatten = new() { OpType = "Flatten", Name = FreeName("flatten") };
        flatten.Input.Add(output.Name);
        flatten.Output.Add(FreeName("logits"));
        Graph.Node.Add(flatten.With("axis", 1));
        output.Name = flatten.Output[0];
        while (shape.Dim.Count > 2)
            shape.Dim.RemoveAt(2);
    }

    private NodeProto Cast(string from, string to, DataType type)
    {
        NodeProto node = new() { OpType = "Cast", Name = FreeName("cast") };
        node.Input.Add(from);
        node.Output.Add(to);
        return node.With("to", (long)type);
    }

    private string FreeName(string wanted)
    {
        string name = wanted;
        for (int i = 1; !_taken.Add(name); i++)
            name = $"{wanted}_{i}";
        return name;
    }

    /// <summary>Before version 4 of the format every initializer had to be an input too.</summary>
    private static ValueInfoProto AsInput(TensorProto tensor)
    {
        TensorShapeProto shape = new();
        shape.Dim.Add(tensor.Dims.Select(d => new TensorShapeProto.Types.Dimension { DimValue = d }));
        return new ValueInfoProto
        {
            Name = tensor.Name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = tensor.DataType, Shape = shape } },
        };
    }

    private static string Name(DataType type) => type.ToString().ToLowerInvariant();

    private static string Describe(TensorShapeProto? shape) => shape is null
        ? "of unknown shape"
        : $"[{string.Join(", ", shape.Dim.Select(d => d.HasDimValue ? $"{d.DimValue}" : d.DimParam is { Length: > 0 } name ? name : "?"))}]";
}

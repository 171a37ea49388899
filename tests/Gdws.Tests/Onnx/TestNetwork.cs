using Gdws.Onnx;
using Gdws.Onnx.Schema;

namespace Gdws.Tests.Onnx;

/// <summary>Writes small networks for tests, node by node.</summary>
internal sealed class TestNetwork
{
    private readonly ModelProto _model = new() { IrVersion = 8, ProducerName = "test", Graph = new GraphProto { Name = "test" } };
    private readonly Random _random = new(1);

    public TestNetwork(int opset = 17, params int[] input)
    {
        _model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = opset });
        _model.Graph.Input.Add(Value("images", input));
    }

    public TestNetwork Node(string operatorName, string output, string[] inputs, Action<NodeProto>? attributes = null, string domain = "")
    {
        NodeProto node = new() { OpType = operatorName, Name = output + "_node", Domain = domain };
        node.Input.Add(inputs);
        node.Output.Add(output);
        attributes?.Invoke(node);
        _model.Graph.Node.Add(node);
        return this;
    }

    public TestNetwork Weight(string name, params int[] shape)
    {
        float[] values = new float[shape.Aggregate(1, (a, b) => a * b)];
        for (int i = 0; i < values.Length; i++)
            values[i] = (_random.NextSingle() * 2) - 1;
        _model.Graph.Initializer.Add(OnnxTensor.Create(name, shape, values));
        return this;
    }

    public TestNetwork Integers(string name, params long[] values)
    {
        _model.Graph.Initializer.Add(OnnxTensor.Create(name, [values.Length], values));
        return this;
    }

    public TestNetwork Change(Action<ModelProto> change)
    {
        change(_model);
        return this;
    }

    /// <summary>The model as it stands.</summary>
    public ModelProto Model => _model;

    public OnnxModel Build(string output)
    {
        _model.Graph.Output.Add(new ValueInfoProto { Name = output });
        return new OnnxModel(_model);
    }

    public static ValueInfoProto Value(string name, int[] shape, int elementType = 1)
    {
        TensorShapeProto dimensions = new();
        foreach (int dimension in shape)
        {
            dimensions.Dim.Add(dimension > 0
                ? new TensorShapeProto.Types.Dimension { DimValue = dimension }
                : new TensorShapeProto.Types.Dimension { DimParam = "N" });
        }

        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = elementType, Shape = dimensions } },
        };
    }
}

using Gdws.Onnx.Schema;

namespace Gdws.Onnx;

/// <summary>What shape inference knows so far: shapes, and the values of small integer tensors (shapes that the graph computes).</summary>
internal sealed class ShapeContext(OnnxModel model)
{
    private const int LargestIntegers = 4096;

    private readonly Dictionary<string, TensorShape> _shapes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long[]> _integers = new(StringComparer.Ordinal);

    public OnnxModel Model { get; } = model;

    public IReadOnlyDictionary<string, TensorShape> Shapes => _shapes;

    public void Declare(string value, TensorShape? shape)
    {
        if (shape is not null && value.Length > 0)
            _shapes[value] = shape;
    }

    /// <summary>The shape of a node's input, or null where unknown or absent.</summary>
    public TensorShape? Input(NodeProto node, int index) =>
        index < node.Input.Count && node.Input[index].Length > 0 ? _shapes.GetValueOrDefault(node.Input[index]) : null;

    /// <summary>Whether the node has that input.</summary>
    public static bool HasInput(NodeProto node, int index) => index < node.Input.Count && node.Input[index].Length > 0;

    /// <summary>Remembers the values of an integer tensor.</summary>
    public void SetIntegers(string value, long[] values)
    {
        if (values.Length <= LargestIntegers)
            _integers[value] = values;
    }

    /// <summary>The values of a node's integer input where they are known.</summary>
    public long[]? Integers(NodeProto node, int index)
    {
        if (!HasInput(node, index))
            return null;
        string name = node.Input[index];
        if (_integers.TryGetValue(name, out long[]? known))
            return known;
        if (Model.Constant(name) is not { } tensor || tensor.Length() > LargestIntegers)
            return null;
        if ((TensorProto.Types.DataType)tensor.DataType is not (TensorProto.Types.DataType.Int64 or TensorProto.Types.DataType.Int32))
            return null;
        return _integers[name] = tensor.ToIntegers();
    }

    /// <summary>An error about a node.</summary>
    public InvalidFileException Problem(NodeProto node, string problem) => new(Model.Source, $"{node.Describe()}: {problem}");
}

using Gdws.Onnx.Schema;
using Google.Protobuf;

namespace Gdws.Onnx;

/// <summary>
/// A network: an ONNX model with the look-ups that reading one needs. It is read, not changed: whoever rewrites a network clones
/// <see cref="Proto"/> and makes a new <see cref="OnnxModel"/> of the result. Nodes that we don't understand stay as they are.
/// </summary>
public sealed class OnnxModel
{
    private readonly Dictionary<string, TensorProto> _initializers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NodeProto> _producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<NodeProto>> _consumers = new(StringComparer.Ordinal);
    private readonly Lazy<IReadOnlyDictionary<string, TensorShape>> _shapes;
    private readonly Lazy<IReadOnlyList<ConvolutionLayer>> _convolutions;

    /// <summary>Wraps a model.</summary>
    /// <param name="proto">The model; not to be changed afterwards.</param>
    /// <param name="source">Where it comes from, for messages, e.g. the file's path.</param>
    /// <exception cref="InvalidFileException">The graph is inconsistent: a cycle, a value made twice or never.</exception>
    public OnnxModel(ModelProto proto, string source = "network")
    {
        ArgumentNullException.ThrowIfNull(proto);
        Proto = proto;
        Source = source;
        if (proto.Graph is null)
            throw new InvalidFileException(source, "is no ONNX model: it has no graph");

        foreach (TensorProto tensor in Graph.Initializer)
            _initializers[tensor.Name] = tensor;
        foreach (NodeProto node in Graph.Node)
        {
            foreach (string output in node.Output.Where(name => name.Length > 0))
            {
                if (!_producers.TryAdd(output, node))
                    throw new InvalidFileException(source, $"two nodes make the value {output}: {_producers[output].Describe()} and {node.Describe()}");
            }

            foreach (string input in node.Input.Distinct())
            {
                if (!_consumers.TryGetValue(input, out List<NodeProto>? nodes))
                    _consumers[input] = nodes = [];
                nodes.Add(node);
            }
        }

        Nodes = TopologicalOrder.Of(this);
        _shapes = new(() => ShapeInference.Run(this));
        _convolutions = new(() => ConvolutionLayers.Of(this));
    }

    /// <summary>The model as the protobuf schema has it.</summary>
    public ModelProto Proto { get; }

    /// <summary>The graph of <see cref="Proto"/>.</summary>
    public GraphProto Graph => Proto.Graph;

    /// <summary>Where the model comes from, for messages.</summary>
    public string Source { get; }

    /// <summary>The nodes, every one after the nodes that it reads from.</summary>
    public IReadOnlyList<NodeProto> Nodes { get; }

    /// <summary>The version of the standard operators.</summary>
    public int Opset => (int)(Proto.OpsetImport.FirstOrDefault(o => o.Domain is "" or "ai.onnx")?.Version ?? 1);

    /// <summary>The inputs that a caller must give: those that aren't initializers.</summary>
    public IReadOnlyList<ValueInfoProto> Inputs => [.. Graph.Input.Where(i => !_initializers.ContainsKey(i.Name))];

    /// <summary>The shape of every value that shape inference could tell; the batch dimension is 1 where the model leaves it open.</summary>
    public IReadOnlyDictionary<string, TensorShape> Shapes => _shapes.Value;

    /// <summary>Every convolution of the network, GDWS ones included, in the order of execution.</summary>
    public IReadOnlyList<ConvolutionLayer> Convolutions => _convolutions.Value;

    /// <summary>Reads a model and the external data that it refers to.</summary>
    /// <param name="path">The <c>.onnx</c> file.</param>
    /// <exception cref="InvalidFileException">The file is missing, damaged or no ONNX model.</exception>
    public static OnnxModel Load(string path) => new(OnnxFile.Read(path), path);

    /// <summary>Writes the model, whole or not at all.</summary>
    /// <param name="path">The <c>.onnx</c> file.</param>
    /// <exception cref="GdwsException">The file can't be written.</exception>
    public void Save(string path) => OnnxFile.Write(Proto, path);

    /// <summary>The bytes that <see cref="Save"/> writes.</summary>
    public byte[] ToBytes() => Proto.ToByteArray();

    /// <summary>The node that makes a value, or null where it is an input or an initializer.</summary>
    /// <param name="value">The value's name.</param>
    public NodeProto? Producer(string value) => _producers.GetValueOrDefault(value);

    /// <summary>The nodes that read a value.</summary>
    /// <param name="value">The value's name.</param>
    public IReadOnlyList<NodeProto> Consumers(string value) =>
        _consumers.TryGetValue(value, out List<NodeProto>? nodes) ? nodes : [];

    /// <summary>The tensor behind a constant value: an initializer or the output of a <c>Constant</c> node; else null.</summary>
    /// <param name="value">The value's name.</param>
    public TensorProto? Constant(string value)
    {
        if (_initializers.TryGetValue(value, out TensorProto? tensor))
            return tensor;
        return Producer(value) is { } node && node.Is("Constant") ? node.Find("value")?.T : null;
    }

    /// <summary>Whether a value is one of the graph's outputs.</summary>
    /// <param name="value">The value's name.</param>
    public bool IsOutput(string value) => Graph.Output.Any(o => o.Name == value);

    /// <summary>The entry of the model's metadata of that key, or null.</summary>
    /// <param name="key">The key.</param>
    public string? Metadata(string key) => Proto.MetadataProps.FirstOrDefault(p => p.Key == key)?.Value;
}

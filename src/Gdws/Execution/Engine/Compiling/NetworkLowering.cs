using Gdws.Execution.Engine.Steps;
using Gdws.Onnx;
using Gdws.Onnx.Schema;

namespace Gdws.Execution.Engine.Compiling;

/// <summary>
/// Turns the nodes of a network into steps, in their order. A node that can become part of an earlier step does, see <see cref="Fusion"/>;
/// whatever the output doesn't hang on is left out.
/// </summary>
internal sealed class NetworkLowering
{
    private readonly Dictionary<string, MapValue> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<NodeProto, ConvolutionLayer> _gdwsLayers = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<NodeProto> _insideGdws = new(ReferenceEqualityComparer.Instance);

    private NetworkLowering(OnnxModel model, NetworkSignature signature)
    {
        Model = model;
        Signature = signature;
        Fusion = new Fusion(this);
        Constants = new ShapeContext(model);
        foreach (ConvolutionLayer layer in model.Convolutions.Where(layer => layer.Kind == ConvolutionKind.Gdws && HasConstantWeights(layer)))
        {
            _gdwsLayers[layer.PointwiseNode!] = layer;
            _insideGdws.Add(layer.Node);
            if (layer.GatherNode is not null)
                _insideGdws.Add(layer.GatherNode);
        }
    }

    public OnnxModel Model { get; }

    public NetworkSignature Signature { get; }

    public Fusion Fusion { get; }

    /// <summary>Reads integer inputs of nodes.</summary>
    public ShapeContext Constants { get; }

    public List<Step> Steps { get; } = [];

    /// <summary>Lowers a network.</summary>
    /// <exception cref="GdwsException">The engine lacks an operator; the message names the node.</exception>
    public static IReadOnlyList<Step> Run(OnnxModel model, NetworkSignature signature)
    {
        NetworkLowering lowering = new(model, signature);
        MapValue images = new(signature.Input, signature.Channels, signature.Height, signature.Width);
        lowering.Steps.Add(new InputStep(images));
        lowering._values[signature.Input] = images;

        HashSet<NodeProto> live = lowering.LiveNodes();
        foreach (NodeProto node in model.Nodes.Where(live.Contains))
            lowering.Lower(node);
        lowering.Steps.Add(new OutputStep(lowering.Value(signature.Output)));
        return lowering.Steps;
    }

    /// <summary>The map behind a node's input.</summary>
    public MapValue Input(NodeProto node, int index)
    {
        string name = index < node.Input.Count ? node.Input[index] : "";
        return _values.TryGetValue(name, out MapValue? value)
            ? value
            : throw Unsupported(node, name.Length == 0 ? $"input {index} is missing" : $"its input {name} is no map that depends on the image");
    }

    /// <summary>Whether a node's input is a map rather than a constant.</summary>
    public bool IsMap(NodeProto node, int index) => index < node.Input.Count && _values.ContainsKey(node.Input[index]);

    /// <summary>The constant behind a node's input, or null where there is none.</summary>
    public float[]? Constant(NodeProto node, int index) =>
        index < node.Input.Count && Model.Constant(node.Input[index]) is { } tensor ? tensor.ToSingles() : null;

    /// <summary>The constant behind a node's input.</summary>
    public float[] RequiredConstant(NodeProto node, int index) => Constant(node, index)
        ?? throw Unsupported(node, $"its input {(index < node.Input.Count ? node.Input[index] : index)} isn't constant");

    /// <summary>The weights behind a node's input.</summary>
    public WeightValues RequiredWeights(NodeProto node, int index) =>
        index < node.Input.Count && Model.Constant(node.Input[index]) is { } tensor ? WeightValues.Of(tensor) : new WeightValues(RequiredConstant(node, index));

    /// <summary>A new map for a node's output.</summary>
    public MapValue NewOutput(NodeProto node, int index = 0)
    {
        (int channels, int height, int width) = ShapeOf(node, node.Output[index]);
        MapValue value = new(node.Output[index], channels, height, width);
        _values[value.Name] = value;
        return value;
    }

    /// <summary>Lets a node's output be a map that is there already.</summary>
    public void Alias(NodeProto node, MapValue value) => _values[node.Output[0]] = value;

    /// <summary>How often a map is read, by nodes and as the network's output.</summary>
    public int Uses(MapValue value) => Uses(value.Name);

    /// <summary>C, H, W of a value; a list of features has one pixel.</summary>
    public (int Channels, int Height, int Width) ShapeOf(NodeProto node, string value)
    {
        if (!Model.Shapes.TryGetValue(value, out TensorShape? shape))
            throw Unsupported(node, $"the shape of {value} can't be told");
        if (shape.Rank is not (2 or 4) || shape.Dimensions.Any(d => d < 1) || shape[0] != (Signature.FixedBatch ?? 1))
            throw Unsupported(node, $"{value} has the shape {shape}, expected [N, C, H, W] or [N, features]");
        return shape.Rank == 4 ? (shape[1], shape[2], shape[3]) : (shape[1], 1, 1);
    }

    public GdwsException Unsupported(NodeProto node, string reason) =>
        new($"{Model.Source}: {node.Describe()}: the gdws engine can't run it: {reason}");

    private MapValue Value(string name) => _values.TryGetValue(name, out MapValue? value)
        ? value
        : throw new GdwsException($"{Model.Source}: the output {name} doesn't depend on the image");

    private void Lower(NodeProto node)
    {
        if (_insideGdws.Contains(node))
            return;
        if (_gdwsLayers.TryGetValue(node, out ConvolutionLayer? layer))
        {
            ConvolutionLowering.Gdws(this, layer, _values);
            return;
        }

        if (IsAlias(node))
        {
            Alias(node, Input(node, 0));
            return;
        }

        if (node.Domain is not ("" or "ai.onnx") || !OperatorTable.Rules.TryGetValue(node.OpType, out OperatorTable.Rule? rule))
            throw Unsupported(node, "it lacks this operator");
        try
        {
            rule(this, node);
        }
        catch (Exception exception) when (exception is OverflowException or IndexOutOfRangeException or ArgumentException)
        {
            throw new GdwsException($"{Model.Source}: {node.Describe()}: its attributes don't fit its inputs", exception);
        }
    }

    /// <summary>Whether a node hands its input on: nothing changes, neither the values nor, in our order, their places.</summary>
    private bool IsAlias(NodeProto node)
    {
        if (node.Is("Identity") || (node.Is("Dropout") && !IsInTraining(node)) || node.Is("Cast"))
            return true;
        bool isReshape = node.Is("Flatten") || node.Is("Reshape") || node.Is("Squeeze") || node.Is("Unsqueeze") || node.Is("Transpose");
        if (!isReshape || !Model.Shapes.TryGetValue(node.Input[0], out _) || !Model.Shapes.TryGetValue(node.Output[0], out _))
            return false;
        if (node.Is("Transpose"))
            return node.Integers("perm") is { } order && order.Select((axis, i) => axis == i).All(same => same);
        return ShapeOf(node, node.Input[0]) == ShapeOf(node, node.Output[0]);
    }

    /// <summary>Whether a dropout zeroes values at random even now.</summary>
    private bool IsInTraining(NodeProto dropout) => dropout.Input.Count > 2 && Model.Constant(dropout.Input[2])?.ToSingles() is [not 0];

    private int Uses(string name)
    {
        int uses = Model.IsOutput(name) ? 1 : 0;
        foreach (NodeProto reader in Model.Consumers(name))
        {
            if (IsAlias(reader))
                uses += Uses(reader.Output[0]);
            else
                uses += reader.Input.Count(input => input == name);
        }

        return uses;
    }

    private HashSet<NodeProto> LiveNodes()
    {
        HashSet<NodeProto> live = new(ReferenceEqualityComparer.Instance);
        Stack<string> wanted = new([Signature.Output]);
        while (wanted.TryPop(out string? value))
        {
            if (Model.Producer(value) is not { } node || Model.Constant(value) is not null || !live.Add(node))
                continue;
            int maps = OperatorTable.ReadsSeveralMaps(node) ? node.Input.Count : Math.Min(1, node.Input.Count);
            for (int i = 0; i < maps; i++)
                wanted.Push(node.Input[i]);
        }

        return live;
    }

    private bool HasConstantWeights(ConvolutionLayer layer) =>
        Model.Constant(layer.WeightName) is not null && Model.Constant(layer.PointwiseNode!.Input[1]) is not null;
}

using Gdws.Onnx.Schema;

namespace Gdws.Onnx;

/// <summary>
/// Many networks were exported for one image at a time. Where every node between the images and the outputs treats the images of a
/// batch independently and along the first axis, the fixed 1 is only a label: it is replaced by <c>N</c> and the network runs on batches.
/// Where a single node isn't known to do so, nothing is changed.
/// </summary>
internal static class BatchDimension
{
    private const string Symbol = "N";

    private static readonly HashSet<string> _elementwise =
    [
        "Relu", "LeakyRelu", "PRelu", "Elu", "Selu", "Celu", "Gelu", "Mish", "Clip", "Sigmoid", "HardSigmoid", "HardSwish", "Tanh", "Softplus",
        "Exp", "Log", "Sqrt", "Abs", "Neg", "Erf", "Identity", "Dropout", "Cast", "Add", "Sub", "Mul", "Div", "Min", "Max", "Sum", "Pow",
        "RandomNormalLike", "RandomUniformLike",
    ];

    private static readonly HashSet<string> _spatial =
    [
        "Conv", "BatchNormalization", "InstanceNormalization", "LRN", "MaxPool", "AveragePool", "LpPool",
        "GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool",
    ];

    /// <summary>Opens the batch dimension of a copy of a network.</summary>
    /// <param name="network">The network, of one input.</param>
    /// <param name="copy">A clone of it, changed in place.</param>
    /// <returns>Whether the copy takes batches now.</returns>
    public static bool Open(OnnxModel network, ModelProto copy)
    {
        ValueInfoProto input = network.Inputs[0];
        if (FirstDimension(input) is not { HasDimValue: true, DimValue: 1 })
            return false;

        Dictionary<string, int> ranks = new(StringComparer.Ordinal) { [input.Name] = input.Type.TensorType.Shape.Dim.Count };
        List<string> reshapes = [];
        foreach (NodeProto node in network.Nodes)
        {
            if (!node.Input.Any(ranks.ContainsKey))
                continue;
            if (OutputRank(network, node, ranks, reshapes) is not int rank)
                return false;
            foreach (string output in node.Output.Where(name => name.Length > 0))
                ranks[output] = rank;
        }

        if (network.Graph.Output.Any(o => !ranks.ContainsKey(o.Name)))
            return false;

        foreach (ValueInfoProto value in copy.Graph.Input.Concat(copy.Graph.Output).Concat(copy.Graph.ValueInfo))
        {
            if (ranks.ContainsKey(value.Name) && FirstDimension(value) is { HasDimValue: true, DimValue: 1 } dimension)
                dimension.DimParam = Symbol;
        }

        foreach (string shapeName in reshapes)
            KeepFirstDimension(copy, shapeName);
        return true;
    }

    /// <summary>The rank of what the node makes where its first axis is the batch, or null where that isn't certain.</summary>
    private static int? OutputRank(OnnxModel network, NodeProto node, Dictionary<string, int> ranks, List<string> reshapes)
    {
        if (node.Domain is not ("" or "ai.onnx") || node.Attribute.Any(a => a.G is not null || a.Graphs.Count > 0))
            return null;

        // Apart from arithmetic and concatenation only the first input may depend on the images.
        bool onlyFirst = node.Input.Count > 0 && ranks.ContainsKey(node.Input[0]) && !node.Input.Skip(1).Any(ranks.ContainsKey);
        int rank = node.Input.Where(ranks.ContainsKey).Max(name => ranks[name]);
        switch (node.OpType)
        {
            case var name when _elementwise.Contains(name):
                return node.Input.All(i => SparesTheBatch(network, i, rank, ranks)) ? rank : null;
            case var name when _spatial.Contains(name):
                return onlyFirst && node.Integer("training_mode", 0) == 0 ? rank : null;
            case "Concat":
                return Axis(node, "axis", 1, rank) != 0 && node.Input.All(i => ranks.GetValueOrDefault(i) == rank) ? rank : null;
            case "Flatten":
                return onlyFirst && Axis(node, "axis", 1, rank) == 1 ? 2 : null;
            case "Gemm":
                return onlyFirst && node.Integer("transA", 0) == 0 && node.Input.Skip(2).All(i => SparesTheBatch(network, i, 2, ranks)) ? 2 : null;
            case "MatMul":
                return onlyFirst && rank >= 2 && network.Constant(node.Input[1])?.Dims.Count == 2 ? rank : null;
            case "Softmax" or "LogSoftmax":
                return onlyFirst && Axis(node, "axis", network.Opset < 13 ? 1 : -1, rank) != 0 ? rank : null;
            case "Transpose":
                return onlyFirst && node.Integers("perm") is [0, ..] ? rank : null;
            case "ReduceMean" or "ReduceSum" or "ReduceMax" when onlyFirst && OtherAxes(network, node, rank) is { } axes:
                return node.Integer("keepdims", 1) == 1 ? rank : rank - axes.Length;
            case "Squeeze" when onlyFirst && OtherAxes(network, node, rank) is { } axes:
                return rank - axes.Length;
            case "Slice" when onlyFirst && OtherAxes(network, node, rank, input: 3) is not null:
                return rank;
            case "Pad" when onlyFirst && (node.Integers("pads") ?? Integers(network, node, 1)) is { } pads:
                return pads.Length == 2 * rank && pads[0] == 0 && pads[rank] == 0 ? rank : null;
            case "Reshape":
                return onlyFirst && network.Opset >= 5 ? ReshapedRank(network, node, reshapes) : null;
            default:
                return null;
        }
    }

    private static int? ReshapedRank(OnnxModel network, NodeProto node, List<string> reshapes)
    {
        string shapeName = node.Input[1];
        TensorProto? constant = network.Graph.Initializer.FirstOrDefault(t => t.Name == shapeName) ?? network.Constant(shapeName);
        if (constant is null || node.Integer("allowzero", 0) != 0 || network.Consumers(shapeName).Any(n => !n.Is("Reshape")))
            return null;

        long[] shape = constant.ToIntegers();
        if (shape.Length == 0 || shape[0] is not (1 or 0 or -1))
            return null;
        if (shape[0] == -1)
        {
            // -1 stands for the batch only where the other axes hold one image's values and no more.
            bool oneImage = network.Shapes.TryGetValue(node.Input[0], out TensorShape? read)
                && shape.Skip(1).All(d => d > 0) && shape.Skip(1).Aggregate(1L, (product, d) => product * d) == read.Length;
            return oneImage ? shape.Length : null;
        }

        if (shape[0] == 1)
            reshapes.Add(shapeName);
        return shape.Length;
    }

    /// <summary>Whether a value is the same for every image of a batch, or has one entry an image along the first axis.</summary>
    private static bool SparesTheBatch(OnnxModel network, string value, int rank, Dictionary<string, int> ranks)
    {
        if (value.Length == 0)
            return true;
        if (ranks.TryGetValue(value, out int itsRank))
            return itsRank == rank;
        return network.Constant(value) is { } constant && (constant.Dims.Count < rank || (constant.Dims.Count == rank && constant.Dims[0] == 1));
    }

    /// <summary>The axes that a node works on, where they are known and the batch isn't among them.</summary>
    private static long[]? OtherAxes(OnnxModel network, NodeProto node, int rank, int input = 1) =>
        (node.Integers("axes") ?? Integers(network, node, input)) is { } axes && axes.All(a => (a < 0 ? a + rank : a) != 0) ? axes : null;

    private static long[]? Integers(OnnxModel network, NodeProto node, int input) =>
        input < node.Input.Count && network.Constant(node.Input[input]) is { } constant ? constant.ToIntegers() : null;

    /// <summary>In a Reshape 0 means "as it was".</summary>
    private static void KeepFirstDimension(ModelProto copy, string shapeName)
    {
        TensorProto tensor = copy.Graph.Initializer.FirstOrDefault(t => t.Name == shapeName)
            ?? copy.Graph.Node.First(n => n.Output.Contains(shapeName)).Find("value")!.T;
        long[] shape = tensor.ToIntegers();
        shape[0] = 0;
        TensorProto changed = OnnxTensor.Create(tensor.Name, [shape.Length], shape);
        tensor.ClearRawData();
        tensor.Int64Data.Clear();
        tensor.Int32Data.Clear();
        tensor.DataType = changed.DataType;
        tensor.RawData = changed.RawData;
    }

    private static long Axis(NodeProto node, string name, long fallback, int rank) =>
        node.Integer(name, fallback) is var axis && axis < 0 ? axis + rank : axis;

    private static TensorShapeProto.Types.Dimension? FirstDimension(ValueInfoProto value) =>
        value.Type?.TensorType?.Shape is { Dim.Count: > 0 } shape ? shape.Dim[0] : null;
}

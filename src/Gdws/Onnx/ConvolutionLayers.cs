using Gdws.Onnx.Schema;

namespace Gdws.Onnx;

/// <summary>Finds the 2-D convolutions of a network, and which of them together form a GDWS convolution.</summary>
internal static class ConvolutionLayers
{
    private const string WeightEnding = ".weight";
    private const string DepthwiseEnding = ".depthwise";

    public static IReadOnlyList<ConvolutionLayer> Of(OnnxModel model)
    {
        List<ConvolutionLayer> layers = [];
        HashSet<NodeProto> pointwiseParts = new(ReferenceEqualityComparer.Instance);
        Dictionary<string, int> names = new(StringComparer.Ordinal);
        foreach (NodeProto node in model.Nodes)
        {
            if (!node.Is("Conv") || pointwiseParts.Contains(node) || ConvolutionGeometry.Of(model, node) is not { } geometry)
                continue;

            ConvolutionLayer layer = AsGdws(model, node, geometry) ?? AsPlain(model, node, geometry);
            if (layer.PointwiseNode is not null)
                pointwiseParts.Add(layer.PointwiseNode);

            // Two nodes may share a weight and so a name; the second one gets a number, as names identify layers.
            int count = names[layer.Name] = names.GetValueOrDefault(layer.Name) + 1;
            layers.Add(count == 1 ? layer : layer with { Name = $"{layer.Name}#{count}" });
        }

        return layers;
    }

    private static ConvolutionLayer AsPlain(OnnxModel model, NodeProto node, ConvolutionGeometry geometry)
    {
        int inputs = geometry.InputsPerGroup * geometry.Groups;
        bool isPoint = geometry.KernelHeight == 1 && geometry.KernelWidth == 1;
        return new ConvolutionLayer
        {
            Name = NameOf(node),
            Kind = geometry.Groups == 1
                ? isPoint ? ConvolutionKind.Pointwise : ConvolutionKind.Dense
                : geometry.InputsPerGroup == 1 ? ConvolutionKind.Depthwise : ConvolutionKind.Grouped,
            Outputs = geometry.Outputs,
            Inputs = inputs,
            KernelHeight = geometry.KernelHeight,
            KernelWidth = geometry.KernelWidth,
            Stride = geometry.Stride,
            Dilation = geometry.Dilation,
            Padding = geometry.Padding,
            Groups = geometry.Groups,
            InputSize = geometry.InputSize,
            OutputSize = OutputSize(model, node),
            Node = node,
            HasBias = HasBias(node),
        };
    }

    /// <summary>
    /// A depthwise convolution without bias whose only reader is a 1×1 convolution. The depthwise part may read a <c>Gather</c> over
    /// channels, or have several kernels a channel (a group of one input and several outputs).
    /// </summary>
    private static ConvolutionLayer? AsGdws(OnnxModel model, NodeProto node, ConvolutionGeometry depthwise)
    {
        bool isDepthwise = depthwise.InputsPerGroup == 1 && (depthwise.Groups > 1 || depthwise.Outputs == 1) && !HasBias(node);
        if (!isDepthwise || OnlyReader(model, node.Output[0]) is not { } reader || !reader.Is("Conv"))
            return null;
        if (ConvolutionGeometry.Of(model, reader) is not { IsPlainPointwise: true } pointwise)
            return null;

        int kernelsPerGroup = depthwise.Outputs / depthwise.Groups;
        int[] map = [.. Enumerable.Range(0, depthwise.Outputs).Select(kernel => kernel / kernelsPerGroup)];
        int inputs = depthwise.Groups;
        NodeProto? gather = null;
        if (ChannelGather(model, node.Input[0], depthwise.Groups) is { } found)
        {
            (gather, int[] channels, inputs) = found;
            map = [.. map.Select(group => channels[group])];
        }

        string name = NameOf(node);
        return new ConvolutionLayer
        {
            Name = name.EndsWith(DepthwiseEnding, StringComparison.Ordinal) ? name[..^DepthwiseEnding.Length] : name,
            Kind = ConvolutionKind.Gdws,
            Outputs = pointwise.Outputs,
            Inputs = inputs,
            KernelHeight = depthwise.KernelHeight,
            KernelWidth = depthwise.KernelWidth,
            Stride = depthwise.Stride,
            Dilation = depthwise.Dilation,
            Padding = depthwise.Padding,
            Groups = 1,
            InputSize = depthwise.InputSize,
            OutputSize = OutputSize(model, reader),
            Node = node,
            PointwiseNode = reader,
            GatherNode = gather,
            Kernels = map.Length,
            ChannelMap = map,
            HasBias = HasBias(reader),
        };
    }

    /// <summary>The <c>Gather</c> over channels that makes a value for one reader only, its channels and how many it chooses from.</summary>
    private static (NodeProto Node, int[] Channels, int Inputs)? ChannelGather(OnnxModel model, string value, int groups)
    {
        if (model.Producer(value) is not { } node || !node.Is("Gather") || OnlyReader(model, value) is null)
            return null;
        if (node.Integer("axis", 0) is not (1 or -3) || model.Constant(node.Input[1]) is not { Dims.Count: 1 } tensor)
            return null;
        if (!model.Shapes.TryGetValue(node.Input[0], out TensorShape? shape) || shape.Rank != 4)
            return null;

        long[] channels = tensor.ToIntegers();
        bool valid = channels.Length == groups && channels.All(c => c >= 0 && c < shape[1]);
        return valid ? (node, [.. channels.Select(c => (int)c)], shape[1]) : null;
    }

    private static NodeProto? OnlyReader(OnnxModel model, string value)
    {
        IReadOnlyList<NodeProto> readers = model.Consumers(value);
        return readers.Count == 1 && readers[0].Input[0] == value && !model.IsOutput(value) ? readers[0] : null;
    }

    private static string NameOf(NodeProto node)
    {
        string weight = node.Input[1];
        if (weight.EndsWith(WeightEnding, StringComparison.Ordinal) && weight.Length > WeightEnding.Length)
            return weight[..^WeightEnding.Length];
        return node.Name.Length > 0 ? node.Name : node.Output[0];
    }

    private static bool HasBias(NodeProto node) => node.Input.Count > 2 && node.Input[2].Length > 0;

    private static (int Height, int Width) OutputSize(OnnxModel model, NodeProto node) =>
        model.Shapes.TryGetValue(node.Output[0], out TensorShape? shape) && shape.Rank == 4 ? (shape[2], shape[3]) : (0, 0);
}

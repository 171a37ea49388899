using Gdws.Onnx;
using Gdws.Onnx.Schema;
using Gdws.Planning;
using Google.Protobuf.Collections;
using DataType = Gdws.Onnx.Schema.TensorProto.Types.DataType;

namespace Gdws.Latency;

/// <summary>Small networks around some copies of one layer, in which an engine treats them as in a large one.</summary>
/// <remarks>
/// <code>
///            ┌─► Conv 1×1 + ReLU [C] ─► copy 1 of the layer + ReLU [M] ─► mean over positions ─┐
///   images ──┼─► Conv 1×1 + ReLU [C] ─► copy 2, of other weights       ─► mean over positions ─┼─► sum [M]
///      [4]   └─► …                                                                             ┘
/// </code>
/// Engines keep maps in layouts of their own between convolutions and rearrange them where an operator wants another one. A layer by itself would pay for
/// that at both ends; here the convolution before it and the mean behind it, which cost little, speak the engine's layout as their likes in the network
/// do, and what a layer's form costs on top (the <c>Gather</c> of a GDWS convolution wants the plain layout) is charged to that form. Copies use the same memory for
/// their maps one after the other, as the layers of a network do, but each brings weights of its own.
/// </remarks>
internal sealed class LayerNetworks
{
    private const int Opset = 17;
    private const int FormatVersion = 8;

    // Few, so that making the maps costs little beside the layer itself.
    private const int ImageChannels = 4;

    /// <summary>The number of copies: all but the first find memory for their maps that was in use just before.</summary>
    public const int Copies = 3;

    private readonly LayerShape _shape;
    private readonly int? _fixedBatch;
    private readonly int _seed;

    /// <param name="shape">The layer.</param>
    /// <param name="fixedBatch">The only batch that the networks shall take; null for any, as engines may make use of knowing it.</param>
    /// <param name="seed">Decides weights and which channels have kernels.</param>
    public LayerNetworks(LayerShape shape, int? fixedBatch, int seed)
    {
        _shape = shape;
        _fixedBatch = fixedBatch;
        _seed = seed;
    }

    /// <summary>The same without the layer: what the other parts take.</summary>
    public OnnxModel WithoutLayer() => Network(withLayer: false);

    /// <summary>With the layer as the network has it.</summary>
    public OnnxModel AsItIs()
    {
        OnnxModel network = Network(withLayer: true);
        return _shape.Kernels > 0 ? WithKernels(network, _shape.Kernels) : network;
    }

    /// <summary>With a GDWS convolution of so many kernels in the layer's place.</summary>
    public OnnxModel WithKernels(int kernels) => WithKernels(Network(withLayer: true), kernels);

    private OnnxModel WithKernels(OnnxModel network, int kernels)
    {
        GdwsConvolutionWriter writer = new(network);
        foreach (ConvolutionLayer layer in network.Convolutions.Where(candidate => candidate.Name.StartsWith("layer", StringComparison.Ordinal)))
            writer.Replace(layer, RandomFactors.Of(layer, kernels, _seed));
        return writer.Finish("gdws.latency", $"{kernels} kernels");
    }

    private OnnxModel Network(bool withLayer)
    {
        GraphProto graph = new() { Name = "layer" };
        Random random = new(_seed);
        Declare(graph.Input, "images", _shape.ReadsImages ? _shape.Inputs : ImageChannels, _shape.InputSize);
        string sum = "";
        for (int copy = 1; copy <= Copies; copy++)
        {
            string value = _shape.ReadsImages ? "images" : AddMaps(graph, random, copy);
            if (withLayer)
                value = AddLayer(graph, random, copy, value);
            Add(graph, "GlobalAveragePool", $"mean{copy}", value);
            if (copy > 1)
                Add(graph, "Add", $"sum{copy}", sum, $"mean{copy}");
            sum = copy == 1 ? "mean1" : $"sum{copy}";
        }

        Add(graph, "Flatten", "logits", sum).With("axis", 1);
        Declare(graph.Output, "logits", withLayer ? _shape.Outputs : _shape.Inputs, null);
        ModelProto model = new() { IrVersion = FormatVersion, ProducerName = "gdws", Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = Opset });
        return new OnnxModel(model, "a layer by itself");
    }

    /// <summary>The maps that a copy of the layer reads.</summary>
    private string AddMaps(GraphProto graph, Random random, int copy)
    {
        Weight(graph, random, $"maps{copy}.weight", _shape.Inputs, ImageChannels, 1, 1);
        Add(graph, "Conv", $"maps{copy}", "images", $"maps{copy}.weight").WithList("kernel_shape", 1, 1);
        Add(graph, "Relu", $"maps{copy}.relu", $"maps{copy}");
        return $"maps{copy}.relu";
    }

    private string AddLayer(GraphProto graph, Random random, int copy, string value)
    {
        // Where the network has a GDWS convolution, a dense one stands first and is replaced.
        int groups = _shape.Kernels > 0 ? 1 : _shape.Groups;
        string name = $"layer{copy}";
        Weight(graph, random, $"{name}.weight", _shape.Outputs, _shape.Inputs / groups, _shape.Kernel.Height, _shape.Kernel.Width);
        graph.Initializer.Add(OnnxTensor.Create($"{name}.bias", [_shape.Outputs], RandomFactors.Values(random, _shape.Outputs, 0.1f)));
        Add(graph, "Conv", name, value, $"{name}.weight", $"{name}.bias")
            .WithList("kernel_shape", _shape.Kernel.Height, _shape.Kernel.Width)
            .WithList("strides", _shape.Stride.Height, _shape.Stride.Width)
            .WithList("dilations", _shape.Dilation.Height, _shape.Dilation.Width)
            .WithList("pads", _shape.Padding.Top, _shape.Padding.Left, _shape.Padding.Bottom, _shape.Padding.Right)
            .With("group", groups);
        Add(graph, "Relu", $"{name}.relu", name);
        return $"{name}.relu";
    }

    private static NodeProto Add(GraphProto graph, string operatorName, string output, params string[] inputs)
    {
        NodeProto node = new() { OpType = operatorName, Name = output };
        node.Input.Add(inputs);
        node.Output.Add(output);
        graph.Node.Add(node);
        return node;
    }

    private static void Weight(GraphProto graph, Random random, string name, params int[] shape)
    {
        int fanIn = shape.Skip(1).Aggregate(1, (product, d) => checked(product * d));
        float[] values = RandomFactors.Values(random, checked(shape[0] * fanIn), MathF.Sqrt(6f / fanIn));
        graph.Initializer.Add(OnnxTensor.Create(name, shape, values));
    }

    private void Declare(RepeatedField<ValueInfoProto> values, string name, int channels, (int Height, int Width)? size)
    {
        TensorShapeProto shape = new();
        shape.Dim.Add(_fixedBatch is { } batch
            ? new TensorShapeProto.Types.Dimension { DimValue = batch }
            : new TensorShapeProto.Types.Dimension { DimParam = "N" });
        long[] others = size is { } pixels ? [channels, pixels.Height, pixels.Width] : [channels];
        shape.Dim.Add(others.Select(d => new TensorShapeProto.Types.Dimension { DimValue = d }));
        values.Add(new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)DataType.Float, Shape = shape } },
        });
    }
}

using Gdws.Checkpoints;
using Gdws.Onnx;
using Gdws.Onnx.Schema;
using DataType = Gdws.Onnx.Schema.TensorProto.Types.DataType;

namespace Gdws.Architectures;

/// <summary>
/// Writes a network layer by layer as ONNX. A layer's node and the value that it makes carry the layer's name; its parameters are called
/// as in the checkpoint.
/// </summary>
internal sealed class NetworkBuilder
{
    private const int Opset = 17;
    private const int FormatVersion = 8;
    private const string InputName = "images";
    private const string OutputName = "logits";
    private static readonly string[] _sliceInputs = ["starts", "ends", "axes", "steps"];

    private readonly ArchitectureOptions _options;
    private readonly GraphProto _graph = new();
    private readonly string _source;

    public NetworkBuilder(string architecture, StateDict state, ArchitectureOptions options)
    {
        Architecture = architecture;
        Parameters = new Parameters(state);
        _options = options;
        _source = state.Source;
        _graph.Name = architecture;
    }

    public string Architecture { get; }

    public Parameters Parameters { get; }

    /// <summary>What the caller says about a RobNet's cells, or null.</summary>
    public string? Genotype => _options.Genotype;

    /// <summary>The images, ready for the first convolution.</summary>
    /// <param name="firstConvolution">Its name; C is read off its weight.</param>
    /// <param name="usualSize">Rows and columns where nobody says otherwise.</param>
    /// <param name="usualGreySize">The same for images of one channel; 28 is that of MNIST and its kin.</param>
    public FeatureMap Images(string firstConvolution, int usualSize = 32, int usualGreySize = 28)
    {
        int channels = _options.Channels ?? Parameters.Dimension($"{firstConvolution}.weight", 1, 3);
        int size = _options.ImageSize ?? (channels == 1 ? usualGreySize : usualSize);
        if (channels < 1 || size < 1)
            throw new GdwsException($"images of {channels} channel(s), {size}×{size}: expected at least 1 of each");

        _options.Input.RequireChannels(channels, _source);
        _graph.Input.Add(Value(InputName, channels, size, size));
        InputConversionNodes conversion = new(_options.Input, channels, InputName);
        _graph.Node.Add(conversion.Nodes);
        _graph.Initializer.Add(conversion.Initializers);
        return new FeatureMap(conversion.Output, channels, size, size);
    }

    public FeatureMap Convolution(
        string name, FeatureMap x, int outputs, int kernel, int stride = 1, int? padding = null, bool bias = false, int groups = 1)
    {
        int pad = padding ?? kernel / 2;
        Parameters.Expect($"{name}.weight", outputs, x.Channels / groups, kernel, kernel);
        if (bias)
            Parameters.Expect($"{name}.bias", outputs);

        NodeProto node = Add("Conv", name, bias ? [x.Name, $"{name}.weight", $"{name}.bias"] : [x.Name, $"{name}.weight"]);
        Window(node, kernel, stride, pad);
        if (groups != 1)
            node.With("group", groups);
        return Slide(name, x with { Channels = outputs }, kernel, stride, pad);
    }

    /// <summary>Normalisation by the statistics of the training; without <paramref name="affine"/> the checkpoint has no scale and shift for it.</summary>
    public FeatureMap BatchNormalization(string name, FeatureMap x, bool affine = true)
    {
        string[] learned = affine ? [$"{name}.weight", $"{name}.bias"] : [Constant("ones", x.Channels, 1), Constant("zeros", x.Channels, 0)];
        string[] statistics = [$"{name}.running_mean", $"{name}.running_var"];
        foreach (string parameter in affine ? [.. learned, .. statistics] : statistics)
            Parameters.Expect(parameter, x.Channels);
        Add("BatchNormalization", name, [x.Name, .. learned, .. statistics]).With("epsilon", 1e-5f);
        return x with { Name = name };
    }

    public FeatureMap Relu(string name, FeatureMap x)
    {
        Add("Relu", name, [x.Name]);
        return x with { Name = name };
    }

    public FeatureMap Add(string name, FeatureMap x, FeatureMap y)
    {
        Add("Add", name, [x.Name, y.Name]);
        return x with { Name = name };
    }

    /// <summary>The sum of maps of the same size, at least one.</summary>
    public FeatureMap Sum(string name, IReadOnlyList<FeatureMap> terms)
    {
        FeatureMap sum = terms[0];
        for (int i = 1; i < terms.Count; i++)
            sum = Add(i == terms.Count - 1 ? name : $"{name}.{i}", sum, terms[i]);
        return sum;
    }

    /// <summary>The channels of maps of the same size, one map after the other.</summary>
    public FeatureMap Concatenate(string name, IReadOnlyList<FeatureMap> maps)
    {
        if (maps.FirstOrDefault(map => (map.Height, map.Width) != (maps[0].Height, maps[0].Width)) is { Name: not null } other)
        {
            throw new GdwsException($"{_source}: {Architecture} doesn't allow images of this size: {name} would join maps of"
                + $" {maps[0].Height}×{maps[0].Width} and {other.Height}×{other.Width}");
        }

        Add("Concat", name, [.. maps.Select(map => map.Name)]).With("axis", 1);
        return maps[0] with { Name = name, Channels = maps.Sum(map => map.Channels) };
    }

    /// <summary>The map without its first row and column.</summary>
    public FeatureMap WithoutFirstPixels(string name, FeatureMap x)
    {
        string read = Slice(name, x, 1, 1);
        return x with { Name = read, Height = x.Height - 1, Width = x.Width - 1 };
    }

    /// <summary>Zeros in the size of the map's every stride-th row and column.</summary>
    public FeatureMap Zeros(string name, FeatureMap x, int stride)
    {
        string read = stride == 1 ? x.Name : Slice($"{name}.subsample", x, 0, stride);
        Add("Mul", name, [read, Constant("zeros", 1, 0)]);
        return x with { Name = name, Height = (x.Height + stride - 1) / stride, Width = (x.Width + stride - 1) / stride };
    }

    public FeatureMap MaxPool(string name, FeatureMap x, int kernel, int stride, int padding = 0)
    {
        Window(Add("MaxPool", name, [x.Name]), kernel, stride, padding);
        return Slide(name, x, kernel, stride, padding);
    }

    /// <summary>Means over windows that don't overlap.</summary>
    public FeatureMap AveragePool(string name, FeatureMap x, int kernel)
    {
        FeatureMap pooled = Slide(name, x, kernel, kernel, 0);
        if (x.Height == kernel && x.Width == kernel)
            Add("GlobalAveragePool", name, [x.Name]);
        else
            Window(Add("AveragePool", name, [x.Name]), kernel, kernel, 0);
        return pooled;
    }

    /// <summary>Pools to a map of fixed size, as PyTorch's adaptive pooling does where the window divides the map.</summary>
    public FeatureMap AdaptiveAveragePool(string name, FeatureMap x, int size)
    {
        if (x.Height == size && x.Width == size && size > 1)
            return x;
        if (size > 1 && (x.Height % size != 0 || x.Width % size != 0))
        {
            throw new GdwsException(
                $"{_source}: {Architecture} pools to {size}×{size}, which images of this size (a map of {x.Height}×{x.Width}) don't allow");
        }

        if (size > 1)
            return AveragePool(name, x, x.Height / size);
        Add("GlobalAveragePool", name, [x.Name]);
        return x with { Name = name, Height = 1, Width = 1 };
    }

    public FeatureMap Flatten(FeatureMap x)
    {
        long features = (long)x.Channels * x.Height * x.Width;
        if (features > int.MaxValue)
            throw new GdwsException($"{_source}: {Architecture} would flatten {x.Channels:N0} maps of {x.Height}×{x.Width}: too many values");
        Add("Flatten", "flatten", [x.Name]).With("axis", 1);
        return new FeatureMap("flatten", (int)features, 1, 1);
    }

    public FeatureMap Linear(string name, FeatureMap x, int outputs)
    {
        Parameters.Expect($"{name}.weight", outputs, x.Channels);
        Parameters.Expect($"{name}.bias", outputs);
        Add("Gemm", name, [x.Name, $"{name}.weight", $"{name}.bias"]).With("transB", 1);
        return x with { Name = name, Channels = outputs };
    }

    /// <summary>The last linear layer: as many outputs as its weight has rows, or as the caller asked for.</summary>
    public FeatureMap Classifier(string name, FeatureMap x) =>
        Linear(name, x, _options.Classes ?? Parameters.Dimension($"{name}.weight", 0, 10));

    /// <summary>
    /// A shortcut without parameters: every stride-th row and column; zeros for the channels that are new, half of them in front, half behind.
    /// </summary>
    public FeatureMap SubsampleAndPad(string name, FeatureMap x, int outputs, int stride)
    {
        FeatureMap result = x with { Name = name, Channels = outputs };
        string read = x.Name;
        if (stride != 1)
        {
            read = Slice($"{name}.subsample", x, 0, stride);
            result = result with { Height = (x.Height + stride - 1) / stride, Width = (x.Width + stride - 1) / stride };
        }

        int before = Math.Max(0, outputs - x.Channels) / 2;
        int behind = Math.Max(0, outputs - x.Channels) - before;
        _graph.Initializer.Add(OnnxTensor.Create($"{name}.pads", [8], [0L, before, 0, 0, 0, behind, 0, 0]));
        Add("Pad", name, [read, $"{name}.pads"]);
        return result;
    }

    /// <summary>Compares with the checkpoint and makes the model.</summary>
    /// <exception cref="GdwsException">The checkpoint doesn't fit.</exception>
    public OnnxModel Finish(FeatureMap logits, Func<string, bool> ignores)
    {
        Parameters.Require(Architecture, ignores);
        _graph.Initializer.Add(Parameters.ToInitializers());
        _graph.Node.Single(n => n.Output[0] == logits.Name).Output[0] = OutputName;
        _graph.Output.Add(Value(OutputName, logits.Channels));

        ModelProto proto = new() { IrVersion = FormatVersion, ProducerName = "gdws", Graph = _graph };
        proto.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = Opset });
        proto.MetadataProps.Add(new StringStringEntryProto { Key = "gdws.architecture", Value = Architecture });
        proto.MetadataProps.Add(new StringStringEntryProto { Key = "gdws.input", Value = _options.Input.ToString() });
        return new OnnxModel(proto, _source);
    }

    /// <summary>Every stride-th row and column from a first one on.</summary>
    private string Slice(string name, FeatureMap x, int first, int stride)
    {
        string[] bounds = [.. _sliceInputs.Select(part => $"{name}.{part}")];
        _graph.Initializer.Add(OnnxTensor.Create(bounds[0], [2], [(long)first, first]));
        _graph.Initializer.Add(OnnxTensor.Create(bounds[1], [2], [(long)x.Height, x.Width]));
        _graph.Initializer.Add(OnnxTensor.Create(bounds[2], [2], [2L, 3L]));
        _graph.Initializer.Add(OnnxTensor.Create(bounds[3], [2], [(long)stride, stride]));
        Add("Slice", name, [x.Name, .. bounds]);
        return name;
    }

    /// <summary>A vector of equal numbers, shared by all that need one of that length.</summary>
    private string Constant(string kind, int length, float value)
    {
        string name = $"gdws.{kind}.{length}";
        if (_graph.Initializer.All(tensor => tensor.Name != name))
            _graph.Initializer.Add(OnnxTensor.Create(name, [length], Enumerable.Repeat(value, length).ToArray()));
        return name;
    }

    private NodeProto Add(string operatorName, string name, params string[] inputs)
    {
        NodeProto node = new() { OpType = operatorName, Name = name };
        node.Input.Add(inputs);
        node.Output.Add(name);
        _graph.Node.Add(node);
        return node;
    }

    private static void Window(NodeProto node, int kernel, int stride, int padding) => node
        .WithList("kernel_shape", kernel, kernel)
        .WithList("strides", stride, stride)
        .WithList("pads", padding, padding, padding, padding);

    private FeatureMap Slide(string name, FeatureMap x, int kernel, int stride, int padding)
    {
        int height = x.Height + (2 * padding) - kernel;
        int width = x.Width + (2 * padding) - kernel;
        if (height < 0 || width < 0)
        {
            throw new GdwsException(
                $"{_source}: images of this size are too small for {Architecture}: {name} finds a map of {x.Height}×{x.Width}");
        }

        return x with { Name = name, Height = (height / stride) + 1, Width = (width / stride) + 1 };
    }

    private static ValueInfoProto Value(string name, params int[] dimensions)
    {
        TensorShapeProto shape = new();
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = "N" });
        shape.Dim.Add(dimensions.Select(d => new TensorShapeProto.Types.Dimension { DimValue = d }));
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)DataType.Float, Shape = shape } },
        };
    }
}

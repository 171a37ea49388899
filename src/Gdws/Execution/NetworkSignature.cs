using Gdws.Onnx;
using Gdws.Onnx.Schema;
using DataType = Gdws.Onnx.Schema.TensorProto.Types.DataType;

namespace Gdws.Execution;

/// <summary>What an image classifier takes and gives: one input <c>[N, C, H, W]</c>, one output <c>[N, classes]</c>.</summary>
public sealed record NetworkSignature
{
    /// <summary>The name of the image input.</summary>
    public required string Input { get; init; }

    /// <summary>The name of the output that holds the logits.</summary>
    public required string Output { get; init; }

    /// <summary>The only batch size that the network takes, or null where it takes any.</summary>
    public required int? FixedBatch { get; init; }

    /// <summary>Colour channels C of an image.</summary>
    public required int Channels { get; init; }

    /// <summary>Rows H of an image.</summary>
    public required int Height { get; init; }

    /// <summary>Columns W of an image.</summary>
    public required int Width { get; init; }

    /// <summary>The number of classes.</summary>
    public required int Classes { get; init; }

    /// <summary>Values an image takes, C·H·W.</summary>
    public int ImageLength => checked(Channels * Height * Width);

    /// <summary>The image's shape as people write it, e.g. <c>3×32×32</c>.</summary>
    public string ImageText => $"{Channels}×{Height}×{Width}";

    /// <summary>Reads the signature of a network.</summary>
    /// <param name="model">The network.</param>
    /// <exception cref="GdwsException">
    /// The network has more inputs or outputs than one, takes no fp32 image of a fixed size, or what it gives can't be told.
    /// </exception>
    public static NetworkSignature Of(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        ValueInfoProto input = Only(model, model.Inputs, "input");
        ValueInfoProto output = Only(model, model.Graph.Output, "output");

        TypeProto.Types.Tensor? type = input.Type?.TensorType;
        if (type?.Shape is null || type.Shape.Dim.Count != 4)
            throw new GdwsException($"{model.Source}: the input {input.Name} is no image [N, C, H, W] but {Describe(type)}");
        if ((DataType)type.ElemType != DataType.Float)
        {
            string found = ((DataType)type.ElemType).ToString().ToLowerInvariant();
            throw new GdwsException($"{model.Source}: the input {input.Name} takes {found} values, expected float32;"
                + $" `gdws convert {model.Source} -o NET.onnx` makes a network that does");
        }

        return new NetworkSignature
        {
            Input = input.Name,
            Output = output.Name,
            FixedBatch = type.Shape.Dim[0].DimValue is > 0 and <= int.MaxValue and long batch ? (int)batch : null,
            Channels = Dimension(model, input, type, 1, "number of channels"),
            Height = Dimension(model, input, type, 2, "height"),
            Width = Dimension(model, input, type, 3, "width"),
            Classes = ClassesOf(model, output),
        };
    }

    private static ValueInfoProto Only(OnnxModel model, IReadOnlyList<ValueInfoProto> values, string what) => values.Count == 1
        ? values[0]
        : throw new GdwsException($"{model.Source}: expected one {what}, found {values.Count}"
            + (values.Count == 0 ? "" : $": {string.Join(", ", values.Take(10).Select(v => v.Name))}"));

    private static int Dimension(OnnxModel model, ValueInfoProto input, TypeProto.Types.Tensor type, int axis, string what)
    {
        long size = type.Shape.Dim[axis].DimValue;
        if (size is > 0 and <= ushort.MaxValue)
            return (int)size;
        throw new GdwsException(
            $"{model.Source}: the input {input.Name} leaves its {what} open or impossible ({Describe(type)}); expected a fixed image size");
    }

    private static int ClassesOf(OnnxModel model, ValueInfoProto output)
    {
        // What the model declares stands in where an operator that we don't know hides the shape.
        long[] dimensions = model.Shapes.TryGetValue(output.Name, out TensorShape? shape)
            ? [.. shape.Dimensions.Select(d => (long)d)]
            : [.. output.Type?.TensorType?.Shape?.Dim.Select(d => d.DimValue) ?? []];
        long classes = dimensions.Skip(1).Aggregate(1L, (product, dimension) => product * dimension);
        return dimensions.Length >= 2 && classes is > 0 and <= int.MaxValue
            ? (int)classes
            : throw new GdwsException($"{model.Source}: the shape of the output {output.Name} isn't [N, classes] or can't be told");
    }

    private static string Describe(TypeProto.Types.Tensor? type) => type?.Shape is null
        ? "of unknown shape"
        : $"[{string.Join(", ", type.Shape.Dim.Select(d => d.DimValue > 0 ? $"{d.DimValue}" : d.DimParam is { Length: > 0 } name ? name : "?"))}]";
}

using System.Diagnostics.CodeAnalysis;
using Gdws.Onnx;
using Gdws.Onnx.Schema;

namespace Gdws.Torch.Operators;

/// <summary>A node and what is known of it when the network is built.</summary>
/// <param name="Model">The network.</param>
/// <param name="Node">The node.</param>
/// <param name="OutputIndex">The output that is asked for.</param>
/// <param name="Constants">Every value that doesn't depend on the images: real ones on the device, integer ones on the CPU.</param>
/// <param name="Device">Where images are computed.</param>
/// <param name="Precision">The type that every real value is computed in.</param>
internal sealed record NodeContext(
    OnnxModel Model,
    NodeProto Node,
    int OutputIndex,
    IReadOnlyDictionary<string, Tensor> Constants,
    torch.Device Device,
    ScalarType Precision)
{
    /// <summary>The batch size that the exporter baked into the graph; 1 where it left it open.</summary>
    public required long BakedBatch { get; init; }

    /// <summary>Tensors that live as long as the network.</summary>
    public required ICollection<Tensor> Owned { get; init; }

    /// <summary>Decides the random numbers of nodes that have no seed.</summary>
    public int Seed { get; init; }

    /// <summary>How a network that is trained computes from call to call; null where it isn't.</summary>
    public TrainingMode? Training { get; init; }

    public int Opset => Model.Opset;

    public bool Has(int input) => input < Node.Input.Count && Node.Input[input].Length > 0;

    public Tensor? Constant(int input) => Has(input) ? Constants.GetValueOrDefault(Node.Input[input]) : null;

    public bool TryConstant(int input, [NotNullWhen(true)] out Tensor? constant)
    {
        constant = Constant(input);
        return constant is not null;
    }

    /// <summary>The integers of an input that must not depend on the images; null where the input is absent.</summary>
    public long[]? ConstantIntegers(int input, string what)
    {
        if (!Has(input))
            return null;
        return TryConstant(input, out Tensor? constant) ? Integers(constant) : throw Error($"{what} must be constant");
    }

    /// <summary>The number in an input that must not depend on the images; null where the input is absent.</summary>
    public double? ConstantReal(int input, string what)
    {
        if (!Has(input))
            return null;
        if (!TryConstant(input, out Tensor? constant) || constant.numel() != 1)
            throw Error($"{what} must be one constant number");
        using Tensor real = constant.to(ScalarType.Float64).cpu();
        return real.item<double>();
    }

    /// <summary>Integers that older versions of the operator have as an attribute and newer ones as an input.</summary>
    public long[]? IntegersOf(string attribute, int input) => Node.Integers(attribute) ?? ConstantIntegers(input, attribute);

    public static long[] Integers(Tensor tensor)
    {
        using Tensor integers = tensor.to(ScalarType.Int64).cpu();
        return [.. integers.data<long>()];
    }

    /// <summary>Keeps a tensor that the operator needs at every run.</summary>
    public Tensor Keep(Tensor tensor)
    {
        tensor.DetachFromDisposeScope();
        Owned.Add(tensor);
        return tensor;
    }

    public GdwsException Error(string problem) => new($"{Model.Source}: {Node.Describe()}: {problem}");
}

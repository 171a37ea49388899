using Gdws.Onnx;
using Gdws.Onnx.Schema;

namespace Gdws.Torch.Operators;

/// <summary>
/// Operators that draw numbers anew at every run, which randomised defences are made of. Every node has its own sequence, begun when the network
/// is made: by its seed where it has one, else by the network's seed and its place in the graph. So a network's first run always gives the same, and
/// no run what the one before gave.
/// </summary>
internal static class RandomValues
{
    /// <summary>Since this version a dropout can be one in inference too; before it always passed its input on.</summary>
    private const int DropoutsWithMode = 12;

    /// <summary>Whether a node gives other values at each run.</summary>
    public static bool AreDrawnBy(OnnxModel model, NodeProto node) =>
        node.OpType is "RandomNormalLike" or "RandomUniformLike" || IsDropoutInTraining(model, node);

    /// <summary>Noise of the input's shape.</summary>
    public static TorchOperator NormalLike(NodeContext node)
    {
        double mean = node.Node.Real("mean", 0), scale = node.Node.Real("scale", 1);
        if (!(scale >= 0))
            throw node.Error($"scale must be at least 0, found {scale}");
        torch.Generator generator = Generator(node);
        return inputs => torch.empty(inputs[0]!.shape, node.Precision, node.Device).normal_(mean, scale, generator);
    }

    /// <summary>Noise of the input's shape.</summary>
    public static TorchOperator UniformLike(NodeContext node)
    {
        double low = node.Node.Real("low", 0), high = node.Node.Real("high", 1);
        if (!(low <= high))
            throw node.Error($"low must not be above high, found {low} and {high}");
        torch.Generator generator = Generator(node);
        return inputs => torch.empty(inputs[0]!.shape, node.Precision, node.Device).uniform_(low, high, generator);
    }

    /// <summary>Zeroes values with the probability <c>ratio</c>, and makes up for them with the others.</summary>
    public static TorchOperator Dropout(NodeContext node)
    {
        double ratio = node.ConstantReal(1, "the ratio") ?? 0.5;
        if (!(ratio is >= 0 and < 1))
            throw node.Error($"the ratio must be at least 0 and below 1, found {ratio}");
        torch.Generator generator = Generator(node);
        Scalar gain = KeptScalar.Of(1 / (1 - ratio));
        return inputs =>
        {
            using Tensor kept = torch.empty(inputs[0]!.shape, node.Precision, node.Device).bernoulli_(1 - ratio, generator);
            using Tensor factors = kept.mul(gain);
            return inputs[0]! * factors;
        };
    }

    private static bool IsDropoutInTraining(OnnxModel model, NodeProto node)
    {
        if (node.OpType != "Dropout" || model.Opset < DropoutsWithMode || node.Input.Count < 3 || node.Input[2].Length == 0)
            return false;
        TensorProto mode = model.Constant(node.Input[2])
            ?? throw new GdwsException($"{model.Source}: {node.Describe()}: whether it is in training mode must be constant");
        return mode.ToSingles() is [not 0];
    }

    private static torch.Generator Generator(NodeContext node)
    {
        // A dropout's seed is a whole number, those of the others are real, of any size.
        ulong start = node.Node.Find("seed") is { } seed
            ? node.Node.OpType == "Dropout" ? (ulong)seed.I : BitConverter.SingleToUInt32Bits(seed.F)
            : Mixed((uint)node.Seed, (uint)node.Model.Nodes.Index().First(entry => entry.Item == node.Node).Index);
        return new torch.Generator(start, node.Device);
    }

    /// <summary>libtorch reads no more than 32 bits of a seed.</summary>
    private static uint Mixed(uint seed, uint place) => unchecked((seed * 0x9E3779B1) + place);
}

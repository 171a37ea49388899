using Gdws.Onnx;
using Gdws.Tests.Onnx;
using Gdws.Torch;
using TorchSharp;
using static Gdws.Tests.Torch.TorchNetworks;
using Tensor = TorchSharp.torch.Tensor;

namespace Gdws.Tests.Torch;

/// <summary>What a network is made into so that it runs faster, and that it computes the same.</summary>
public sealed class ProgramShortcutsTests
{
    private static readonly TorchNetworkOptions Exact = new() { FoldBatchNormalization = false, DoublePrecision = true };

    [Fact]
    public void LogitsAndGradients_AreThoseOfTheGraph()
    {
        float[] images = Random(5 * 3 * 9 * 7, 3, 0);

        foreach (OnnxModel model in (OnnxModel[])[PreActivation(), Gdws(), AfterALinearMap()])
        {
            (float[] logits, float[] gradient) = LogitsAndGradient(model, images, new TorchNetworkOptions());
            (float[] exactLogits, float[] exactGradient) = LogitsAndGradient(model, images, Exact);

            Near(exactLogits, logits, 1e-5);
            Near(exactGradient, gradient, 1e-5);
        }
    }

    [Fact]
    public void NoBatchNormalisation_LooksAtItsStatistics()
    {
        using TorchNetwork network = new(PreActivation());

        // Scale, shift, mean and variance are two numbers a channel now.
        TorchProgram.Step[] steps = [.. network.Program.Steps.ToArray().Where(step => step.Node.Node.Is("BatchNormalization"))];
        Assert.Equal(3, Assert.Single(steps).Inputs.Length);
        Assert.DoesNotContain(network.Program.Steps.ToArray(), step => step.Value == "folded.conv");
    }

    [Fact]
    public void DenseNetworks_KeepTheChannelsOfAPositionSideBySide()
    {
        Assert.All(Maps(PreActivation(), new TorchNetworkOptions()), strides => Assert.Equal(1, strides[1]));
        Assert.All(Maps(PreActivation(), Exact), strides => Assert.Equal(1, strides[3]));
    }

    [Fact]
    public void NetworksFullOfChannelMaps_KeepChannelsTogether() =>
        Assert.All(Maps(Gdws(), new TorchNetworkOptions()), strides => Assert.Equal(1, strides[3]));

    private static List<long[]> Maps(OnnxModel model, TorchNetworkOptions options)
    {
        using TorchNetwork network = new(model, options: options);
        using Tensor images = Images(network, Random(2 * 3 * 9 * 7, 3, 0), 2);
        List<long[]> strides = [];
        network.Forward(images, (_, value) =>
        {
            if (value.dim() == 4 && value.shape[2] > 1)
                strides.Add(value.stride());
        }).Dispose();
        Assert.NotEmpty(strides);
        return strides;
    }

    private static (float[] Logits, float[] Gradient) LogitsAndGradient(OnnxModel model, float[] values, TorchNetworkOptions options)
    {
        using TorchNetwork network = new(model, options: options);
        using Tensor images = Images(network, values, values.Length / (3 * 9 * 7)).to(network.Precision).requires_grad_();
        using Tensor logits = network.Forward(images);
        using Tensor loss = logits.square().sum();
        using Tensor gradient = torch.autograd.grad([loss], [images])[0];
        return (Values(logits), Values(gradient));
    }

    /// <summary>A batch normalisation that a sum comes before, and one that a convolution does.</summary>
    private static OnnxModel PreActivation() => Normalised(Normalised(new TestNetwork(17, 0, 3, 9, 7), 4), 4, "folded.")
        .Weight("stem", 4, 3, 3, 3).Weight("weight", 4, 4, 3, 3)
        .Node("Conv", "x", ["images", "stem"], Padded)
        .Node("Add", "sum", ["x", "x"])
        .Node("BatchNormalization", "normalised", ["sum", "scale", "shift", "mean", "variance"])
        .Node("Relu", "active", ["normalised"])
        .Node("Conv", "folded.conv", ["active", "weight"], Padded)
        .Node("BatchNormalization", "folded.normalised", ["folded.conv", "folded.scale", "folded.shift", "folded.mean", "folded.variance"])
        .Node("Add", "end", ["folded.normalised", "sum"])
        .Node("GlobalAveragePool", "pooled", ["end"])
        .Node("Flatten", "logits", ["pooled"]).Build("logits");

    private static OnnxModel Gdws() => new TestNetwork(17, 0, 3, 9, 7)
        .Weight("stem", 4, 3, 3, 3).Weight("kernels", 6, 1, 3, 3).Weight("mix", 5, 6, 1, 1)
        .Integers("map", 0, 0, 1, 2, 3, 3)
        .Node("Conv", "x", ["images", "stem"], Padded)
        .Node("Gather", "channels", ["x", "map"], n => n.With("axis", 1))
        .Node("Conv", "filtered", ["channels", "kernels"], n => Padded(n.With("group", 6)))
        .Node("Conv", "mixed", ["filtered", "mix"])
        .Node("GlobalAveragePool", "pooled", ["mixed"])
        .Node("Flatten", "logits", ["pooled"]).Build("logits");

    private static OnnxModel AfterALinearMap() => Normalised(new TestNetwork(17, 0, 3, 9, 7), 4)
        .Weight("linear", 189, 4)
        .Node("Flatten", "flat", ["images"])
        .Node("MatMul", "product", ["flat", "linear"])
        .Node("BatchNormalization", "logits", ["product", "scale", "shift", "mean", "variance"]).Build("logits");

    private static void Padded(Gdws.Onnx.Schema.NodeProto node) => node.WithList("pads", 1, 1, 1, 1);

    private static TestNetwork Normalised(TestNetwork network, int channels, string prefix = "") => network
        .With(prefix + "scale", [channels], Random(channels, 11)).With(prefix + "shift", [channels], Random(channels, 12))
        .With(prefix + "mean", [channels], Random(channels, 13)).With(prefix + "variance", [channels], Random(channels, 14, 0.2f, 2));
}

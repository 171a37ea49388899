using Gdws.Onnx;
using Gdws.Planning;
using Gdws.Tests.Onnx;
using Gdws.Torch;
using Gdws.Torch.Pruning;
using TorchSharp;
using static Gdws.Tests.Torch.TorchNetworks;

namespace Gdws.Tests.Torch.Pruning;

public sealed class DeadChannelsTests
{
    public DeadChannelsTests() => TorchRuntime.Initialize();

    /// <summary>Convolution, batch normalisation, ReLU, pooling, convolution, and a linear layer over positions; channels 1 and 3 are dead.</summary>
    private static OnnxModel Chain(float shiftOfDead = 0, float scaleOfDead = 0)
    {
        float[] first = Random(4 * 2 * 9, 1, -1, 1), second = Random(3 * 4 * 9, 2, -1, 1), linear = Random(2 * 3 * 9, 3, -1, 1);
        Array.Clear(first, 18, 18);
        Array.Clear(first, 54, 18);
        Array.Clear(second, 36, 36);
        return new TestNetwork(17, 0, 2, 6, 6)
            .With("a", [4, 2, 3, 3], first)
            .With("scale", [4], 1, scaleOfDead, 0.5f, scaleOfDead).With("shift", [4], 0.1f, shiftOfDead, -0.2f, shiftOfDead)
            .With("mean", [4], 0, 0.3f, 0, 0.1f).With("variance", [4], 1, 2, 1, 1)
            .With("b", [3, 4, 3, 3], second).With("bias", [3], 0.2f, 0, 0.1f)
            .With("c", [2, 27], linear)
            .Node("Conv", "x", ["images", "a"], node => node.WithList("pads", 1, 1, 1, 1))
            .Node("BatchNormalization", "y", ["x", "scale", "shift", "mean", "variance"])
            .Node("Relu", "z", ["y"])
            .Node("MaxPool", "p", ["z"], node => node.WithList("kernel_shape", 2, 2).WithList("strides", 2, 2))
            .Node("Conv", "q", ["p", "b", "bias"], node => node.WithList("pads", 1, 1, 1, 1))
            .Node("Flatten", "f", ["q"])
            .Node("Gemm", "logits", ["f", "c"], node => node.With("transB", 1))
            .Build("logits");
    }

    [Fact]
    public void WithoutThem_TheNetworkComputesTheSame()
    {
        OnnxModel before = Chain();
        (OnnxModel after, int removed) = DeadChannels.RemoveFrom(before);

        Assert.Equal(3, removed);
        Assert.Equal([2, 2, 3, 3], after.Constant("a")!.Shape());
        Assert.Equal([2], after.Constant("variance")!.Shape());
        Assert.Equal([2, 2, 3, 3], after.Constant("b")!.Shape());
        Assert.Equal([2], after.Constant("bias")!.Shape());
        Assert.Equal([2, 18], after.Constant("c")!.Shape());
        using TorchNetwork first = new(before), second = new(after);
        using torch.Tensor images = torch.rand(5, 2, 6, 6);
        using torch.Tensor expected = first.Forward(images), found = second.Forward(images);
        Assert.True((expected - found).abs().max().item<float>() < 1e-5);
    }

    [Theory]
    [InlineData(0.4f, 0f)]
    [InlineData(0.4f, 1f)]
    public void AChannelThatIsConstantButNotZero_Stays(float shift, float scale)
    {
        (OnnxModel after, _) = DeadChannels.RemoveFrom(Chain(shift, scale));
        Assert.Equal([4, 2, 3, 3], after.Constant("a")!.Shape());
    }

    [Fact]
    public void AChannelThatABatchNormalisationShiftsBelowZero_IsDeadBehindTheReLU()
    {
        (OnnxModel after, _) = DeadChannels.RemoveFrom(Chain(-0.4f, 1f));
        Assert.Equal([2, 2, 3, 3], after.Constant("a")!.Shape());
    }

    [Fact]
    public void ChannelsThatReachAnAddition_Stay()
    {
        OnnxModel model = new TestNetwork(17, 0, 2, 6, 6)
            .With("a", [2, 2, 1, 1], 1, 1, 0, 0)
            .With("b", [2, 2, 1, 1], Random(4, 1, -1, 1))
            .Node("Conv", "x", ["images", "a"])
            .Node("Add", "y", ["x", "images"])
            .Node("Conv", "logits", ["y", "b"])
            .Build("logits");

        Assert.Equal(0, DeadChannels.RemoveFrom(model).Removed);
    }

    [Fact]
    public void OfChannelsThatAreAllDead_OneStays()
    {
        OnnxModel model = new TestNetwork(17, 0, 2, 6, 6)
            .With("a", [3, 2, 1, 1], new float[6])
            .With("b", [2, 3, 1, 1], Random(6, 1, -1, 1))
            .Node("Conv", "x", ["images", "a"])
            .Node("Conv", "logits", ["x", "b"])
            .Build("logits");

        Assert.Equal([1, 2, 1, 1], DeadChannels.RemoveFrom(model).Network.Constant("a")!.Shape());
    }

    [Fact]
    public void AChannelWithoutWeights_HasNoKernelsInAGdwsApproximationAndIsNotRead()
    {
        float[] weights = Random(4 * 8 * 9, 5, -1, 1);
        for (int m = 0; m < 4; m++)
        {
            Array.Clear(weights, ((m * 8) + 2) * 9, 9);
            Array.Clear(weights, ((m * 8) + 5) * 9, 9);
        }

        OnnxModel model = new TestNetwork(17, 0, 8, 6, 6).With("a", [4, 8, 3, 3], weights).Node("Conv", "logits", ["images", "a"]).Build("logits");
        foreach (GdwsPlan plan in (GdwsPlan[])
            [
                Planner.WithinError(Spectra.Of(model, new SpectraOptions { IncludeFirst = true }), 1e-3, always: true),
                Planner.WithKernelsPerChannel(Spectra.Of(model, new SpectraOptions { IncludeFirst = true }), 2, always: true),
            ])
        {
            Gdws.Onnx.ConvolutionLayer layer = Assert.Single(plan.ApplyTo(model).Convolutions);
            Assert.DoesNotContain(2, layer.ChannelMap!);
            Assert.DoesNotContain(5, layer.ChannelMap!);
            Assert.Contains(3, layer.ChannelMap!);
        }
    }
}

using Gdws.Execution.Engine;
using Gdws.Onnx;
using Gdws.Onnx.Schema;
using Gdws.Tests.Onnx;
using Gdws.Torch;
using TorchSharp;
using static Gdws.Tests.Torch.TorchNetworks;
using Tensor = TorchSharp.torch.Tensor;

namespace Gdws.Tests.Torch.Operators;

public sealed class RandomValuesTests
{
    private const int Values = 20_000;

    private static readonly float[] _ones = [.. Enumerable.Repeat(1f, Values)];

    [Fact]
    public void NormalNoise_HasItsMeanAndScale()
    {
        float[] noise = Run(Of("RandomNormalLike", [1, 100, 200], n => n.With("mean", 3f).With("scale", 2f)), _ones);

        double mean = noise.Average(x => (double)x);
        Assert.InRange(mean, 2.93, 3.07);
        Assert.InRange(Math.Sqrt(noise.Average(x => (x - mean) * (x - mean))), 1.95, 2.05);
        Assert.InRange(noise.Count(x => Math.Abs(x - 3) < 2) / (double)Values, 0.67, 0.695);
    }

    [Fact]
    public void UniformNoise_FillsItsRangeEvenly()
    {
        float[] noise = Run(Of("RandomUniformLike", [1, 100, 200], n => n.With("low", -1f).With("high", 3f)), _ones);

        Assert.All(noise, x => Assert.InRange(x, -1, 3));
        for (int quarter = -1; quarter < 3; quarter++)
            Assert.InRange(noise.Count(x => x >= quarter && x < quarter + 1) / (double)Values, 0.235, 0.265);
    }

    [Fact]
    public void ADropoutInTraining_ZeroesItsShareAndMakesUpForIt()
    {
        float[] kept = Run(DropoutOf(ratio: 0.2f, training: true), _ones);

        Assert.Equal([0, 1.25f], kept.Distinct().Order());
        Assert.InRange(kept.Count(x => x == 0) / (double)Values, 0.19, 0.21);
    }

    [Theory]
    [InlineData(false, 17)]
    [InlineData(true, 11)]
    public void ADropoutInInferenceOrOfOldTimes_PassesItsInputOn(bool training, int opset) =>
        Assert.Equal(_ones, Run(DropoutOf(0.5f, training, opset), _ones));

    [Fact]
    public void ADropoutsGradient_IsThatOfWhatItKept()
    {
        using TorchNetwork network = new(DropoutOf(0.5f, training: true));
        using Tensor images = Images(network, _ones, 1).requires_grad_();

        using Tensor kept = network.Forward(images);
        using Tensor sum = kept.sum();
        using Tensor gradient = torch.autograd.grad([sum], [images])[0];

        Assert.Equal(Values(kept), Values(gradient));
    }

    [Theory]
    [InlineData("RandomNormalLike")]
    [InlineData("RandomUniformLike")]
    [InlineData("Dropout")]
    public void EveryRun_IsAnother_AndANetworkMadeAgainBeginsAgain(string name)
    {
        OnnxModel model = name == "Dropout" ? DropoutOf(0.5f, training: true) : Of(name, [1, 100, 200]);

        float[][] first = Runs(model, 2), again = Runs(model, 2), other = Runs(model, 1, seed: 1);

        Assert.NotEqual(first[0], first[1]);
        Assert.Equal(first, again);
        Assert.NotEqual(first[0], other[0]);
    }

    [Fact]
    public void ASeedInTheGraph_DecidesAlone()
    {
        OnnxModel seeded = Of("RandomNormalLike", [1, 100, 200], n => n.With("seed", 7f)), another = Of("RandomNormalLike", [1, 100, 200], n => n.With("seed", 8f));

        Assert.Equal(Runs(seeded, 1), Runs(seeded, 1, seed: 5));
        Assert.NotEqual(Runs(seeded, 1)[0], Runs(another, 1)[0]);
    }

    [Fact]
    public void TwoNodesWithoutSeeds_DrawDifferentNumbers()
    {
        OnnxModel difference = new TestNetwork(17, 0, 1, 100, 200)
            .Node("RandomNormalLike", "a", ["images"]).Node("RandomNormalLike", "b", ["images"])
            .Node("Sub", "c", ["a", "b"]).Node("Flatten", "logits", ["c"]).Build("logits");

        Assert.InRange(Run(difference, _ones).Average(x => (double)x * x), 1.9, 2.1);
    }

    [Fact]
    public void NoiseLikeAConstant_IsntOne()
    {
        OnnxModel model = new TestNetwork(17, 0, 1, 100, 200).With("zeros", [1, 1, 100, 200], new float[Values])
            .Node("RandomNormalLike", "noise", ["zeros"]).Node("Add", "sum", ["images", "noise"]).Node("Flatten", "logits", ["sum"]).Build("logits");

        float[][] runs = Runs(model, 2);

        Assert.NotEqual(runs[0], runs[1]);
    }

    [Theory]
    [InlineData(1f, "the ratio must be at least 0 and below 1, found 1")]
    [InlineData(-0.5f, "the ratio must be at least 0 and below 1, found -0.5")]
    public void AnImpossibleRatio_IsRefused(float ratio, string message) =>
        Assert.Contains(message, Assert.Throws<GdwsException>(() => new TorchNetwork(DropoutOf(ratio, training: true))).Message, StringComparison.Ordinal);

    [Fact]
    public void ADropoutWhoseModeIsComputed_IsRefused()
    {
        OnnxModel model = new TestNetwork(17, 0, 1, 2, 2).With("ratio", [], 0.5f)
            .Node("ReduceMax", "mode", ["images"], n => n.With("keepdims", 0))
            .Node("Dropout", "d", ["images", "ratio", "mode"]).Node("Flatten", "logits", ["d"]).Build("logits");

        Assert.Contains("must be constant", Assert.Throws<GdwsException>(() => new TorchNetwork(model)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OurOwnEngine_RefusesADropoutInTraining()
    {
        Assert.Contains("Dropout", Assert.Throws<GdwsException>(() => new GdwsEngine().Load(DropoutOf(0.5f, training: true), 1)).Message, StringComparison.Ordinal);
        using InferenceSession session = new GdwsEngine().Load(DropoutOf(0.5f, training: false), 1);
    }

    private static OnnxModel DropoutOf(float ratio, bool training, int opset = 17) => Of(
        "Dropout", [1, 100, 200], more: ["ratio", "mode"], opset: opset,
        constants: n => n.With("ratio", [], ratio).Change(model => model.Graph.Initializer.Add(Flag("mode", training))));

    private static TensorProto Flag(string name, bool value) => new()
    {
        Name = name,
        DataType = (int)TensorProto.Types.DataType.Bool,
        RawData = Google.Protobuf.ByteString.CopyFrom([value ? (byte)1 : (byte)0]),
    };

    private static float[][] Runs(OnnxModel model, int count, int seed = 0)
    {
        using TorchNetwork network = new(model, options: new TorchNetworkOptions { Seed = seed });
        using Tensor images = Images(network, _ones, 1);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            using Tensor logits = network.Forward(images);
            return Values(logits);
        })];
    }
}

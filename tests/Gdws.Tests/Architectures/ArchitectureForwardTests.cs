using Gdws.Architectures;
using Gdws.Checkpoints;
using Gdws.Onnx;

namespace Gdws.Tests.Architectures;

/// <summary>The networks that are built compute what their designs say, in every layer.</summary>
public sealed class ArchitectureForwardTests
{
    private static readonly int[] _eighteen = [2, 2, 2, 2];
    private static readonly int[] _fifty = [3, 4, 6, 3];

    [Theory]
    [InlineData("preactresnet18", false)]
    [InlineData("preactresnet18_admm", false)]
    [InlineData("preactresnet50", true)]
    public void PreActResNets_ComputeTheTextbookForward(string name, bool bottleneck) =>
        Compare(name, 32, (state, image) => NaiveForward.PreActResNet(state, image, bottleneck ? _fifty : _eighteen, bottleneck));

    [Theory]
    [InlineData("resnet18", false)]
    [InlineData("resnet50", true)]
    public void ResNets_ComputeTheTextbookForward(string name, bool bottleneck) =>
        Compare(name, 32, (state, image) => NaiveForward.ResNet(state, image, bottleneck ? _fifty : _eighteen, bottleneck, imageNet: false));

    [Theory]
    [InlineData("resnet18_imagenet", false, 64)]
    [InlineData("resnet50_imagenet", true, 75)]
    public void ImageNetResNets_ComputeTheTextbookForward(string name, bool bottleneck, int size) =>
        Compare(name, size, (state, image) => NaiveForward.ResNet(state, image, bottleneck ? _fifty : _eighteen, bottleneck, imageNet: true));

    [Theory]
    [InlineData(32)]
    [InlineData(29)]
    public void ShortcutsWithoutParameters_SubsampleAndPadWithZeros(int size) =>
        Compare("resnet20", size, (state, image) => NaiveForward.CifarResNet(state, image, 3), width: 4);

    [Theory]
    [InlineData("wideresnet_10_2", 1)]
    [InlineData("wideresnet_16_1", 2)]
    public void WideResNets_ComputeTheTextbookForward(string name, int blocks) =>
        Compare(name, 32, (state, image) => NaiveForward.WideResNet(state, image, blocks));

    [Theory]
    [InlineData("vgg11", "1M1M11M11M11M", true, new[] { "classifier" })]
    [InlineData("vgg19_nobn", "11M11M1111M1111M1111M", false, new[] { "classifier" })]
    [InlineData("vgg16_hydra", "11M11M111M111M111", true, new[] { "classifier.0", "classifier.2", "classifier.4" })]
    public void VggNetworks_PoolWhereTheyShould(string name, string sequence, bool norm, string[] head) =>
        Compare(name, 32, (state, image) => NaiveForward.Vgg(state, image, sequence, norm, head));

    [Fact]
    public void ImageNetVgg_EndsInThreeLinearLayersOn7x7() => Compare(
        "vgg11_imagenet", 224,
        (state, image) => NaiveForward.Vgg(state, image, "1M1M11M11M11M", norm: false, "classifier.0", "classifier.3", "classifier.6"),
        width: 1);

    private static void Compare(string name, int size, Func<StateDict, NaiveMap, double[]> forward, int width = 2)
    {
        StateDict state = SyntheticCheckpoint.Narrow(name, width: width);
        InputConversion input = new([0.4f, 0.5f, 0.6f], [0.2f, 0.25f, 0.3f]);
        OnnxModel model = Architecture.Build(name, state, new() { ImageSize = size, Input = input });
        float[] images = NetworkRun.RandomImages(2 * 3 * size * size);

        (_, float[] logits) = model.Run(images, 2, 3, size, size);

        for (int image = 0; image < 2; image++)
        {
            int offset = image * 3 * size * size;
            NaiveMap normalised = NaiveMap.Fill(3, size, size, (c, y, x) =>
                (images[offset + (((c * size) + y) * size) + x] - input.Mean[c]) / input.StandardDeviation[c]);
            double[] expected = forward(state, normalised);
            double scale = expected.Max(Math.Abs);
            Assert.True(scale > 1e-3, "logits that vanish prove nothing");
            Assert.All(expected, (value, i) => Assert.InRange(logits[(image * 7) + i], value - (1e-4 * scale), value + (1e-4 * scale)));
        }
    }
}

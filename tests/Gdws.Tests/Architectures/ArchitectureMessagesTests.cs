using Gdws.Architectures;
using Gdws.Checkpoints;
using Gdws.Onnx;

namespace Gdws.Tests.Architectures;

/// <summary>What people are told when a checkpoint doesn't fit.</summary>
public sealed class ArchitectureMessagesTests
{
    [Fact]
    public void WhatIsMissingUnexpectedOrMisshapen_IsToldAtOnce()
    {
        StateDict state = SyntheticCheckpoint.Narrow("resnet18")
            .With("layer1.0.bn1.bias", null)
            .With("layer4.1.conv2.weight", null)
            .With("extra.weight", SyntheticCheckpoint.Tensor("extra.weight", [1], [0]))
            .With("bn1.running_mean", SyntheticCheckpoint.Tensor("bn1.running_mean", [3], [0, 0, 0]));

        Assert.Equal(
            "resnet18.pth: doesn't fit resnet18: 2 missing (layer1.0.bn1.bias, layer4.1.conv2.weight), 1 unexpected (extra.weight), "
            + "1 of another shape (bn1.running_mean: expected [2], found [3])",
            MessageOf("auto", state));
    }

    [Fact]
    public void WhenMuchIsMissing_TheFirstTenAreNamed()
    {
        StateDict full = SyntheticCheckpoint.Narrow("resnet18");
        StateDict state = new(full.Where(t => !t.Name.StartsWith("layer2", StringComparison.Ordinal)), "x.pth");

        string message = MessageOf("resnet18", state);

        Assert.StartsWith("x.pth: doesn't fit resnet18: 25 missing (layer2.0.conv1.weight, ", message);
        Assert.EndsWith(", …)", message);
        Assert.Equal(10, message.Split("layer2.").Length - 1);
    }

    [Fact]
    public void AnotherArchitectureThanTheCheckpoints_IsRefused() =>
        Assert.StartsWith("vgg11.pth: doesn't fit preactresnet18: ", MessageOf("preactresnet18", SyntheticCheckpoint.Narrow("vgg11")));

    [Fact]
    public void WhenTheClassesAreOthers_BothNumbersAreTold() => Assert.Equal(
        "resnet20.pth: doesn't fit resnet20: 2 of another shape (linear.weight: expected [100, 8], found [7, 8], "
        + "linear.bias: expected [100], found [7])",
        MessageOf("auto", SyntheticCheckpoint.Narrow("resnet20"), new() { Classes = 100 }));

    [Fact]
    public void WhenTheChannelsAreOthers_BothNumbersAreTold() => Assert.Equal(
        "vgg11.pth: doesn't fit vgg11: 1 of another shape (features.0.weight: expected [2, 1, 3, 3], found [2, 3, 3, 3])",
        MessageOf("auto", SyntheticCheckpoint.Narrow("vgg11"), new() { Channels = 1, ImageSize = 32 }));

    [Fact]
    public void WhenTheImageSizeIsWrong_TheClassifierDoesNotFit() => Assert.Contains(
        "linear.weight: expected [7, 64], found [7, 16]",
        MessageOf("auto", SyntheticCheckpoint.Narrow("resnet18"), new() { ImageSize = 64 }));

    [Theory]
    [InlineData("vgg16", 8, "too small for vgg16: features.33 finds a map of 1×1")]
    [InlineData("preactresnet18", 8, "too small for preactresnet18: avgpool finds a map of 1×1")]
    [InlineData("vgg11_imagenet", 100, "pools to 7×7, which images of this size (a map of 3×3) don't allow")]
    public void ImagesOfImpossibleSize_AreRefused(string name, int size, string expected) =>
        Assert.Contains(expected, MessageOf("auto", SyntheticCheckpoint.Narrow(name, width: 1), new() { ImageSize = size }));

    [Theory]
    [InlineData(0)]
    [InlineData(-32)]
    public void ImagesWithoutPixels_AreRefused(int size) => Assert.Equal(
        $"images of 3 channel(s), {size}×{size}: expected at least 1 of each",
        MessageOf("auto", SyntheticCheckpoint.Narrow("vgg11"), new() { ImageSize = size }));

    [Fact]
    public void NormalisationOfAnotherNumberOfChannels_IsRefused() => Assert.Equal(
        "vgg11.pth: takes 3 channel(s), but the normalisation has 1",
        MessageOf("auto", SyntheticCheckpoint.Narrow("vgg11"), new() { Input = InputConversion.Parse("fashion-mnist") }));

    [Theory]
    [InlineData(float.NaN, "parameters must be finite")]
    [InlineData(float.NegativeInfinity, "parameters must be finite")]
    public void ValuesThatAreNotFinite_AreRefusedByName(float value, string rule)
    {
        StateDict state = SyntheticCheckpoint.Narrow("kw_small");
        float[] values = state["2.weight"].ToSingles();
        values[17] = value;

        Assert.Equal(
            $"kw_small.pth: 2.weight: value 17 of {values.Length:N0} is {value}; {rule}",
            MessageOf("auto", state.With("2.weight", SyntheticCheckpoint.Tensor("2.weight", [.. state["2.weight"].Shape], values))));
    }

    [Fact]
    public void VariancesBelowZero_AreRefusedByName() => Assert.Equal(
        "resnet18.pth: bn1.running_var: value 1 of 2 is -0.5; a variance can't be below 0",
        MessageOf("auto", SyntheticCheckpoint.Narrow("resnet18")
            .With("bn1.running_var", SyntheticCheckpoint.Tensor("bn1.running_var", [2], [1, -0.5f]))));

    [Fact]
    public void QuantisedParameters_AreRefused() => Assert.Equal(
        "kw_small.pth: 7.bias holds int8, expected real numbers",
        MessageOf("auto", SyntheticCheckpoint.Narrow("kw_small")
            .With("7.bias", new CheckpointTensor("7.bias", ElementType.Int8, [7], new byte[7]))));

    [Fact]
    public void FewerBytesThanTheShapeNeeds_AreRefused() => Assert.Equal(
        "kw_small.pth: 7.bias [7] needs 28 bytes, found 20",
        MessageOf("auto", SyntheticCheckpoint.Narrow("kw_small")
            .With("7.bias", new CheckpointTensor("7.bias", ElementType.Float32, [7], new byte[20]))));

    [Fact]
    public void PrunedHydraCheckpoints_AreRefusedWhereNobodySaysHowMuchTheirMasksKeep() => Assert.Contains(
        "1 layers have popup_scores (features.0.popup_scores, …)",
        MessageOf("auto", SyntheticCheckpoint.Narrow("vgg16_hydra")
            .With("features.0.popup_scores", SyntheticCheckpoint.Tensor("features.0.popup_scores", [1], [1]))));

    [Fact]
    public void WhatIsNotRecognised_IsDescribed()
    {
        StateDict state = new(
            [SyntheticCheckpoint.Tensor("encoder.weight", [2, 1], [1, 2]), SyntheticCheckpoint.Tensor("head.bias", [2], [1, 2])], "t.pth");

        string message = MessageOf("auto", state);

        Assert.Null(Architecture.Detect(state));
        Assert.StartsWith("t.pth: looks like none of the known architectures: 2 tensors (encoder.weight [2, 1], head.bias [2]); name ", message);
        Assert.All(Architecture.Names, name => Assert.Contains(name, message));
    }

    [Fact]
    public void ACheckpointWithoutTensors_IsRefused() => Assert.Equal("empty.pth: holds no tensors", MessageOf("auto", new StateDict([], "empty.pth")));

    [Theory]
    [InlineData("resnet19")]
    [InlineData("")]
    [InlineData("wideresnet_27_2")]
    [InlineData("wideresnet_28_0")]
    public void UnknownNames_AreAnsweredWithTheKnownOnes(string name) => Assert.Equal(
        $"unknown architecture {name}; known: {string.Join(", ", Architecture.Names)}",
        MessageOf(name, SyntheticCheckpoint.Narrow("kw_small")));

    [Fact]
    public void ImpossibleSizes_NeverOverflow()
    {
        StateDict state = SyntheticCheckpoint.Narrow("vgg11")
            .With("features.0.weight", new CheckpointTensor("features.0.weight", ElementType.Float32, [int.MaxValue, 0, 3, 3], default))
            .With("classifier.weight", new CheckpointTensor("classifier.weight", ElementType.Float32, [int.MaxValue, 0], default));

        Assert.StartsWith("vgg11.pth: doesn't fit vgg11: ", MessageOf("auto", state));
        Assert.Contains("too many values", MessageOf("auto", SyntheticCheckpoint.Narrow("kw_small"), new() { ImageSize = 100_000 }));
    }

    private static string MessageOf(string name, StateDict state, ArchitectureOptions? options = null) =>
        Assert.Throws<GdwsException>(() => Architecture.Build(name, state, options)).Message;
}

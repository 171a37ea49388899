using Gdws.Onnx;

namespace Gdws.Tests.Onnx;

public sealed class InputConversionTests
{
    public static TheoryData<string> Presets => [.. InputConversion.Presets];

    [Theory]
    [MemberData(nameof(Presets))]
    public void EveryPreset_IsRead(string name)
    {
        InputConversion conversion = InputConversion.Parse(name);

        Assert.Equal(name == "none", conversion.IsNone);
        Assert.Equal(name switch { "none" => 0, "fashion-mnist" => 1, _ => 3 }, conversion.Mean.Count);
        Assert.Equal(conversion.Mean.Count, conversion.StandardDeviation.Count);
    }

    [Fact]
    public void MeansAndDeviations_AreReadInTheirOrder()
    {
        InputConversion conversion = InputConversion.Parse("104,117,123:1, 2 ,3e0");

        Assert.Equal([104f, 117f, 123f], conversion.Mean);
        Assert.Equal([1f, 2f, 3f], conversion.StandardDeviation);
    }

    [Fact]
    public void EqualConversions_AreEqual()
    {
        Assert.Equal(InputConversion.Parse("svhn"), InputConversion.Parse(".5,.5,.5:.5,.5,.5"));
        Assert.Equal(InputConversion.Parse("svhn").GetHashCode(), InputConversion.Parse(".5,.5,.5:.5,.5,.5").GetHashCode());
        Assert.NotEqual(InputConversion.Parse("svhn"), InputConversion.Parse("svhn") with { Scale = 255 });
        Assert.NotEqual(InputConversion.Parse("svhn"), InputConversion.Parse("svhn") with { ChannelOrder = ChannelOrder.Bgr });
    }

    [Theory]
    [InlineData("cifar", "normalisation \"cifar\": expected cifar10, cifar100, svhn, imagenet, fashion-mnist, none or MEANS:STDS")]
    [InlineData("1:2:3", "normalisation \"1:2:3\": expected cifar10")]
    [InlineData("", "normalisation \"\": expected cifar10")]
    [InlineData("0.5,x:1,1", "normalisation \"0.5,x:1,1\": \"x\" isn't a number")]
    [InlineData("0.5,:1,1", "normalisation \"0.5,:1,1\": \"\" isn't a number")]
    [InlineData("1,2:1", "normalisation: 2 means but 1 standard deviations; give one of each a channel")]
    [InlineData("1:0", "normalisation: a standard deviation must be above 0, found 0")]
    [InlineData("1:-2", "normalisation: a standard deviation must be above 0, found -2")]
    [InlineData("1:NaN", "normalisation: a standard deviation must be above 0, found NaN")]
    [InlineData("NaN:1", "normalisation: a mean isn't a finite number")]
    public void WhatCannotBeRead_IsToldClearly(string text, string message) =>
        Assert.StartsWith(message, Assert.Throws<GdwsException>(() => InputConversion.Parse(text)).Message);

    [Fact]
    public void OtherScalesThan1And255_AreRefused() => Assert.Equal(
        "input scale 256: expected 1 or 255", Assert.Throws<GdwsException>(() => InputConversion.None with { Scale = 256 }).Message);
}

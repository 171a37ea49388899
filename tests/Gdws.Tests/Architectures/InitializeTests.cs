using Gdws.Architectures;
using Gdws.Execution;
using Gdws.Onnx;

namespace Gdws.Tests.Architectures;

public sealed class InitializeTests
{
    [Theory]
    [InlineData("preactresnet18", 4)]
    [InlineData("resnet20", 4)]
    [InlineData("vgg11", 2)]
    [InlineData("kw_small", 4)]
    [InlineData("wideresnet_10_1", 4)]
    public void ANetworkIsAsWideAsAsked(string name, int width)
    {
        OnnxModel network = Architecture.Initialize(name, width, new ArchitectureOptions { Classes = 7, Channels = 1 });

        NetworkSignature signature = NetworkSignature.Of(network);
        Assert.Equal((1, 7), (signature.Channels, signature.Classes));
        Assert.Equal(width, network.Convolutions[0].Outputs);
        Assert.True(network.Convolutions.Max(c => c.Outputs) <= 16 * width);
    }

    [Fact]
    public void TheSeedDecidesTheWeights()
    {
        Assert.Equal(Bytes(1), Bytes(1));
        Assert.NotEqual(Bytes(1), Bytes(2));

        static byte[] Bytes(int seed) => Architecture.Initialize("kw_small", 4, seed: seed).ToBytes();
    }

    [Fact]
    public void Weights_HaveTheVarianceThatKeepsSignalsTheirSize()
    {
        OnnxModel network = Architecture.Initialize("preactresnet18", 16);

        double[] weight = [.. network.Constant("layer3.1.conv2.weight")!.ToSingles().Select(v => (double)v)];
        Assert.Equal(2.0 / (64 * 9), weight.Average(v => v * v), 0.05 * 2.0 / (64 * 9));
        Assert.Equal(0, weight.Average(), 0.001);
        Assert.All(network.Constant("layer3.1.bn2.weight")!.ToSingles(), v => Assert.Equal(1, v));
        Assert.All(network.Constant("layer3.1.bn2.running_var")!.ToSingles(), v => Assert.Equal(1, v));
        Assert.All(network.Constant("layer3.1.bn2.running_mean")!.ToSingles(), v => Assert.Equal(0, v));
        Assert.All(network.Constant("linear.bias")!.ToSingles(), v => Assert.Equal(0, v));
    }

    [Theory]
    [InlineData("preactresnet18", 0, "width")]
    [InlineData("preactresnet19", 4, "unknown architecture")]
    [InlineData("auto", 4, "needs the name")]
    public void WhatCantBeBuilt_IsToldInOneLine(string name, int width, string told) =>
        Assert.Contains(told, Assert.Throws<GdwsException>(() => Architecture.Initialize(name, width)).Message, StringComparison.Ordinal);
}

using Gdws.Onnx;
using Gdws.Onnx.Schema;
using Gdws.Tests.Architectures;

namespace Gdws.Tests.Onnx;

/// <summary>Networks of others made to take RGB images in [0,1].</summary>
public sealed class PrependedConversionTests
{
    private const int Half = 10;
    private static readonly float[] _mean = [104, 117, 123];
    private static readonly float[] _deviation = [57, 58, 59];

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(true, 255)]
    public void TheNetworkReadsWhatItWants_BitForBit(bool bgr, int scale)
    {
        OnnxModel original = Identity();
        InputConversion conversion = new(_mean, _deviation) { ChannelOrder = bgr ? ChannelOrder.Bgr : ChannelOrder.Rgb, Scale = scale };
        float[] images = NetworkRun.RandomImages(2 * 3 * 4);

        (int[] shape, float[] read) = conversion.Prepend(original).Run(images, 2, 3, 2, 2);

        Assert.Equal([2, 3, 2, 2], shape);
        for (int i = 0; i < read.Length; i++)
        {
            int channel = i / 4 % 3;
            int source = bgr ? i + ((2 - (2 * channel)) * 4) : i;
            Assert.Equal(((images[source] * scale) - _mean[channel]) / _deviation[channel], read[i]);
        }
    }

    [Fact]
    public void NodesAndInitializersOfTheNetwork_StayAsTheyAre()
    {
        OnnxModel original = OnnxModel.Load(SharedFiles.Find("models/resnet_4b.onnx"));

        OnnxModel converted = InputConversion.Parse("cifar10").Prepend(original);

        Assert.Equal(original.Graph.Node, converted.Graph.Node.Skip(2));
        Assert.Equal(original.Graph.Initializer, converted.Graph.Initializer.SkipLast(2));
        Assert.Equal(["images"], converted.Inputs.Select(i => i.Name));
        Assert.Equal(original.Graph.Output[0].Name, converted.Graph.Output[0].Name);
        Assert.Equal([1, 10], original.Shapes[original.Graph.Output[0].Name].Dimensions);
    }

    [Fact]
    public void TheOriginal_IsNotTouched()
    {
        OnnxModel original = OnnxModel.Load(SharedFiles.Find("models/SqueezeNet_fp16.onnx"));
        byte[] before = original.ToBytes();

        new InputConversion(_mean, _deviation) { ChannelOrder = ChannelOrder.Bgr, Scale = 255 }.Prepend(original);

        Assert.Equal(before, original.ToBytes());
    }

    [Fact]
    public void BatchesGiveWhatSingleImagesGive()
    {
        OnnxModel network = InputConversion.Parse("cifar10").Prepend(OnnxModel.Load(SharedFiles.Find("models/resnet_4b.onnx")));
        float[] images = NetworkRun.RandomImages(3 * 3072);

        (int[] shape, float[] logits) = network.Run(images, 3, 3, 32, 32);

        Assert.Equal([3, 10], shape);
        for (int i = 0; i < 3; i++)
        {
            float[] single = network.Run(images[(i * 3072)..((i + 1) * 3072)], 1, 3, 32, 32).Values;
            Assert.All(single, (value, c) => Assert.Equal(value, logits[(i * 10) + c], 1e-5f));
        }
    }

    [Fact]
    public void AHalfPrecisionNetworkOfAnOldOpset_TakesAndGivesSinglePrecision()
    {
        OnnxModel network = new InputConversion(_mean, [1, 1, 1]) { ChannelOrder = ChannelOrder.Bgr, Scale = 255 }
            .Prepend(OnnxModel.Load(SharedFiles.Find("models/SqueezeNet_fp16.onnx")));

        (int[] shape, float[] scores) = network.Run(NetworkRun.RandomImages(2 * 3 * 224 * 224), 2, 3, 224, 224);

        Assert.Equal([2, 1000], shape);
        Assert.Equal(1, scores[..1000].Sum(), 0.02f);
        Assert.Equal(7, network.Opset);
        Assert.Equal(["images"], network.Inputs.Select(i => i.Name));
        Assert.Equal([1, 1000], network.Shapes[network.Graph.Output[0].Name].Dimensions);
    }

    [Fact]
    public void WhenTheNetworkAlreadyUsesOurNames_OthersAreFound()
    {
        OnnxModel twice = InputConversion.Parse("svhn").Prepend(InputConversion.Parse("svhn").Prepend(Identity()));

        float[] read = twice.Run([1, 1, 1], 1, 3, 1, 1).Values;

        Assert.Equal([1f, 1f, 1f], read);
    }

    [Fact]
    public void WithoutAnythingToDo_OnlyTheBatchIsOpened()
    {
        OnnxModel original = Identity(1, 3, 2, 2);

        OnnxModel converted = InputConversion.None.Prepend(original);

        Assert.Equal(original.Graph.Node, converted.Graph.Node);
        Assert.Equal([2, 3, 2, 2], converted.Run(NetworkRun.RandomImages(24), 2, 3, 2, 2).Shape);
    }

    [Fact]
    public void TwoInputs_AreRefused()
    {
        TestNetwork network = new TestNetwork(17, 1, 3, 2, 2).Node("Add", "sum", ["images", "other"])
            .Change(m => m.Graph.Input.Add(TestNetwork.Value("other", [1, 3, 2, 2])));

        Assert.Equal("network: expected one image input, found 2 (images, other)", MessageOf(network.Build("sum")));
    }

    [Fact]
    public void WhatIsNoImage_IsRefused() => Assert.Equal(
        "network: input images is [N, 3], expected images [N, C, H, W]",
        MessageOf(new TestNetwork(17, 0, 3).Node("Relu", "out", ["images"]).Build("out")));

    [Fact]
    public void AnotherNumberOfChannels_IsRefused() => Assert.Equal(
        "network: takes 1 channel(s), but the normalisation has 3", MessageOf(Identity(1, 1, 2, 2)));

    [Fact]
    public void BytesAsInput_AreRefused() => Assert.Equal(
        "network: input images is of uint8, expected float or float16",
        MessageOf(new TestNetwork(17, 1, 3, 2, 2).Change(m => m.Graph.Input[0].Type.TensorType.ElemType = 2)
            .Node("Cast", "out", ["images"], n => n.With("to", 1)).Build("out")));

    [Fact]
    public void OperatorsOfTooOldASet_AreRefused() => Assert.Equal(
        "network: uses opset 6; 7 is the oldest that is supported", MessageOf(Identity(6, [1, 3, 2, 2])));

    [Fact]
    public void HalfPrecisionOutputs_AreWidened()
    {
        ValueInfoProto output = TestNetwork.Value("out", [1, 3, 2, 2], Half);
        OnnxModel network = new(new TestNetwork(17, 1, 3, 2, 2).Node("Relu", "out", ["images"]).Change(m =>
        {
            m.Graph.Input[0].Type.TensorType.ElemType = Half;
            m.Graph.Output.Add(output);
        }).Model);

        float[] images = [.. Enumerable.Range(0, 12).Select(i => (i - 6) / 16f)];

        OnnxModel converted = InputConversion.None.Prepend(network);

        Assert.Equal(["Cast", "Relu", "Cast"], converted.Nodes.Select(n => n.OpType));
        Assert.Equal(images.Select(v => Math.Max(0, v)), converted.Run(images, 1, 3, 2, 2).Values);
    }

    private static OnnxModel Identity(params int[] input) => Identity(17, input);

    private static OnnxModel Identity(int opset, int[] input) =>
        new TestNetwork(opset, input.Length == 0 ? [0, 3, 0, 0] : input).Node("Identity", "read", ["images"]).Build("read");

    private static string MessageOf(OnnxModel network) =>
        Assert.Throws<GdwsException>(() => InputConversion.Parse("cifar10").Prepend(network)).Message;
}

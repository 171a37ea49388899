using Gdws.Onnx;

namespace Gdws.Tests.Onnx;

public sealed class ConvolutionLayersTests
{
    [Fact]
    public void ADenseConvolution_IsDescribedAsTheFieldDoes()
    {
        OnnxModel model = new TestNetwork(17, 0, 3, 32, 24)
            .Weight("a.weight", 16, 3, 3, 5).Weight("a.bias", 16)
            .Node("Conv", "y", ["images", "a.weight", "a.bias"], n => n.WithList("strides", 2, 1).WithList("pads", 1, 2, 1, 2).WithList("dilations", 1, 1))
            .Build("y");

        ConvolutionLayer layer = Assert.Single(model.Convolutions);

        Assert.Equal(("a", ConvolutionKind.Dense), (layer.Name, layer.Kind));
        Assert.Equal((16, 3, 3, 5), (layer.Outputs, layer.Inputs, layer.KernelHeight, layer.KernelWidth));
        Assert.Equal((16, 24), layer.OutputSize);
        Assert.Equal(16L * 3 * 15 * 16 * 24, layer.Macs);
        Assert.Equal((16L * 3 * 15) + 16, layer.Parameters);
    }

    [Fact]
    public void GatherDepthwisePointwise_IsOneGdwsLayer()
    {
        OnnxModel model = new TestNetwork(17, 0, 4, 8, 8)
            .Integers("a.channels", 0, 0, 2, 3, 3)
            .Weight("a.depthwise.weight", 5, 1, 3, 3).Weight("a.pointwise.weight", 6, 5, 1, 1).Weight("a.bias", 6)
            .Node("Gather", "g", ["images", "a.channels"], n => n.With("axis", 1))
            .Node("Conv", "d", ["g", "a.depthwise.weight"], n => n.With("group", 5).WithList("strides", 2, 2).WithList("pads", 1, 1, 1, 1))
            .Node("Conv", "y", ["d", "a.pointwise.weight", "a.bias"])
            .Build("y");

        ConvolutionLayer layer = Assert.Single(model.Convolutions);

        Assert.Equal(("a", ConvolutionKind.Gdws), (layer.Name, layer.Kind));
        Assert.Equal((6, 4, 5), (layer.Outputs, layer.Inputs, layer.Kernels));
        Assert.Equal([0, 0, 2, 3, 3], layer.ChannelMap);
        Assert.Equal(5L * (9 + 6) * 16, layer.Macs);
        Assert.Equal(("images", "y"), (layer.Input, layer.Output));
    }

    [Fact]
    public void SeveralKernelsAGroup_AreAGdwsLayerWithoutGather()
    {
        OnnxModel model = new TestNetwork(17, 0, 4, 8, 8)
            .Weight("d.weight", 8, 1, 3, 3).Weight("p.weight", 6, 8, 1, 1)
            .Node("Conv", "d", ["images", "d.weight"], n => n.With("group", 4).WithList("pads", 1, 1, 1, 1))
            .Node("Conv", "y", ["d", "p.weight"])
            .Build("y");

        ConvolutionLayer layer = Assert.Single(model.Convolutions);

        Assert.Equal(ConvolutionKind.Gdws, layer.Kind);
        Assert.Equal([0, 0, 1, 1, 2, 2, 3, 3], layer.ChannelMap);
    }

    [Fact]
    public void ADepthwiseConvolutionThatOthersReadToo_StaysItself()
    {
        OnnxModel model = new TestNetwork(17, 0, 4, 8, 8)
            .Weight("d.weight", 4, 1, 3, 3).Weight("p.weight", 4, 4, 1, 1)
            .Node("Conv", "d", ["images", "d.weight"], n => n.With("group", 4).WithList("pads", 1, 1, 1, 1))
            .Node("Conv", "p", ["d", "p.weight"])
            .Node("Add", "y", ["d", "p"])
            .Build("y");

        Assert.Equal([ConvolutionKind.Depthwise, ConvolutionKind.Pointwise], model.Convolutions.Select(l => l.Kind));
    }

    [Fact]
    public void GroupedConvolutions_AreGrouped()
    {
        OnnxModel model = new TestNetwork(17, 0, 4, 8, 8)
            .Weight("g.weight", 8, 2, 3, 3)
            .Node("Conv", "y", ["images", "g.weight"], n => n.With("group", 2))
            .Build("y");

        ConvolutionLayer layer = Assert.Single(model.Convolutions);
        Assert.Equal((ConvolutionKind.Grouped, 8L * 2 * 9 * 36), (layer.Kind, layer.Macs));
    }

    [Theory]
    [InlineData("SAME_UPPER", 0, 0, 1, 1)]
    [InlineData("SAME_LOWER", 1, 1, 0, 0)]
    public void AutomaticPadding_IsResolved(string mode, int top, int left, int bottom, int right)
    {
        OnnxModel model = new TestNetwork(17, 0, 1, 8, 8)
            .Weight("w.weight", 2, 1, 3, 3)
            .Node("Conv", "y", ["images", "w.weight"], n =>
            {
                n.WithList("strides", 2, 2);
                n.Attribute.Add(new Gdws.Onnx.Schema.AttributeProto { Name = "auto_pad", S = Google.Protobuf.ByteString.CopyFromUtf8(mode) });
            })
            .Build("y");

        ConvolutionLayer layer = Assert.Single(model.Convolutions);
        Assert.Equal((top, left, bottom, right), layer.Padding);
        Assert.Equal((4, 4), layer.OutputSize);
    }

    [Fact]
    public void TwoNodesWithOneWeight_HaveDifferentNames()
    {
        OnnxModel model = new TestNetwork(17, 0, 4, 8, 8)
            .Weight("w.weight", 4, 4, 3, 3)
            .Node("Conv", "x", ["images", "w.weight"])
            .Node("Conv", "y", ["x", "w.weight"])
            .Build("y");

        Assert.Equal(["w", "w#2"], model.Convolutions.Select(l => l.Name));
    }

    [Fact]
    public void AWeightThatDoesNotFitItsInput_IsAnErrorThatNamesTheNode()
    {
        OnnxModel model = new TestNetwork(17, 0, 3, 8, 8)
            .Weight("w.weight", 4, 4, 3, 3)
            .Node("Conv", "y", ["images", "w.weight"])
            .Build("y");

        InvalidFileException exception = Assert.Throws<InvalidFileException>(() => model.Convolutions);
        Assert.Contains("Conv \"y_node\"", exception.Message, StringComparison.Ordinal);
        Assert.Contains("reads 4 channels", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TotalsCountConvolutionsLinearLayersAndNormalisation()
    {
        OnnxModel model = new TestNetwork(17, 0, 3, 8, 8)
            .Weight("c.weight", 4, 3, 3, 3).Weight("bn.weight", 4).Weight("bn.bias", 4).Weight("bn.mean", 4).Weight("bn.var", 4)
            .Weight("fc.weight", 10, 4).Weight("fc.bias", 10)
            .Node("Conv", "c", ["images", "c.weight"], n => n.WithList("pads", 1, 1, 1, 1))
            .Node("BatchNormalization", "b", ["c", "bn.weight", "bn.bias", "bn.mean", "bn.var"])
            .Node("GlobalAveragePool", "p", ["b"])
            .Node("Flatten", "f", ["p"])
            .Node("Gemm", "y", ["f", "fc.weight", "fc.bias"], n => n.With("transB", 1))
            .Build("y");

        NetworkComplexity complexity = NetworkComplexity.Of(model);

        Assert.Equal((4 * 27 * 64) + 40, complexity.Macs);
        Assert.Equal((4 * 27) + 8 + 40 + 10, complexity.Parameters);
        Assert.Equal(new TensorShape([1, 10]), model.Shapes["y"]);
    }
}

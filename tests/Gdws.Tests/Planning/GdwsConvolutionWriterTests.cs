using Gdws.Decomposition;
using Gdws.Onnx;
using Gdws.Onnx.Schema;
using Gdws.Planning;
using Gdws.Tests.Onnx;

namespace Gdws.Tests.Planning;

public sealed class GdwsConvolutionWriterTests
{
    private static readonly SpectraOptions _all = new() { IncludeFirst = true };

    public static TheoryData<string, int, int, int, int, bool, Action<NodeProto>> Convolutions => new()
    {
        { "plain", 4, 10, 3, 3, false, _ => { } },
        { "bias", 4, 10, 3, 3, true, n => n.WithList("pads", 1, 1, 1, 1) },
        { "stride", 5, 12, 3, 3, true, n => n.WithList("strides", 2, 2).WithList("pads", 1, 1, 1, 1) },
        { "uneven stride and padding", 3, 9, 3, 3, false, n => n.WithList("strides", 2, 1).WithList("pads", 0, 1, 2, 0) },
        { "dilation", 4, 10, 3, 3, true, n => n.WithList("dilations", 2, 3).WithList("pads", 2, 2, 2, 2) },
        { "same padding", 4, 10, 3, 3, true, n => AutoPadded(n).WithList("strides", 2, 2) },
        { "oblong", 4, 20, 3, 5, true, n => n.WithList("kernel_shape", 3, 5) },
        { "row", 4, 7, 1, 5, false, _ => { } },
        { "few outputs", 6, 4, 3, 3, true, n => n.WithList("pads", 1, 1, 1, 1) },
        { "one output", 3, 1, 3, 3, true, _ => { } },
        { "one input", 1, 12, 3, 3, true, _ => { } },
        { "one of each", 1, 1, 3, 3, false, _ => { } },
    };

    [Theory]
    [MemberData(nameof(Convolutions))]
    public void WithAllComponents_TheNetworkComputesTheSame(
        string what, int inputs, int outputs, int kernelHeight, int kernelWidth, bool bias, Action<NodeProto> attributes)
    {
        OnnxModel network = ConvolutionNetworks.Single(inputs, outputs, kernelHeight, kernelWidth, bias, attributes);
        GdwsPlan plan = Planner.WithKernelsPerChannel(Spectra.Of(network, _all), 1000, always: true);

        OnnxModel approximated = plan.ApplyTo(network);

        Assert.True(Assert.Single(plan.Layers).IsGdws, what);
        OrtRunner.AssertClose(OrtRunner.Run(network, 2, inputs, 11, 13), OrtRunner.Run(approximated, 2, inputs, 11, 13), 1e-5);
    }

    [Theory]
    [InlineData(0.6)]
    [InlineData(1.0)]
    [InlineData(2.5)]
    public void WithSomeComponents_TheNetworkComputesTheComposedConvolution(double ratio)
    {
        OnnxModel network = ConvolutionNetworks.Single(5, 12, 3, 3, bias: true, n => n.WithList("strides", 2, 2).WithList("pads", 1, 1, 1, 1));
        GdwsPlan plan = Planner.WithKernelsPerChannel(Spectra.Of(network, _all), ratio);
        ModelProto composed = network.Proto.Clone();
        composed.Graph.Initializer[0].RawData = OnnxTensor.Create("q", [12, 5, 3, 3], plan.FactorsOf(network)["a"].Compose()).RawData;

        float[] expected = OrtRunner.Run(new OnnxModel(composed), 2, 5, 11, 13);

        OrtRunner.AssertClose(expected, OrtRunner.Run(plan.ApplyTo(network), 2, 5, 11, 13), 1e-5);
    }

    [Fact]
    public void TheNodes_StandWhereTheConvolutionStoodAndAreNamedAfterIt()
    {
        OnnxModel network = ConvolutionNetworks.Residual();

        OnnxModel approximated = Planner.WithKernelsPerChannel(Spectra.Of(network), 1.25).ApplyTo(network);

        string[] operators = [.. approximated.Graph.Node.Select(node => node.OpType)];
        Assert.Equal(
            [
                "Conv", "Relu", "Gather", "Conv", "Conv", "Relu", "Gather", "Conv", "Conv", "Conv",
                "Add", "Conv", "GlobalAveragePool", "Flatten", "Gemm",
            ],
            operators);
        NodeProto[] nodes = [.. approximated.Graph.Node.Skip(2).Take(3)];
        Assert.Equal(["block.conv1/gather", "block.conv1/depthwise", "block.conv1/pointwise"], nodes.Select(node => node.Name));
        Assert.Equal("c1", nodes[2].Output[0]);
        Assert.Equal(["block.conv1/depthwise.output", "block.conv1.pointwise.weight", "block.conv1.bias"], nodes[2].Input);
        Assert.Equal([10, 1, 3, 3], approximated.Constant("block.conv1.depthwise.weight")!.Shape());
        Assert.Equal([12, 10, 1, 1], approximated.Constant("block.conv1.pointwise.weight")!.Shape());
        Assert.Equal([10], approximated.Constant("block.conv1.channels")!.Shape());
        Assert.Null(approximated.Constant("block.conv1.weight"));
        Assert.NotNull(network.Constant("block.conv1.weight"));
        Assert.Equal(17, approximated.Opset);
    }

    [Fact]
    public void TheNewLayers_AreReadBackAsWhatThePlanSays()
    {
        OnnxModel network = ConvolutionNetworks.Residual();
        GdwsPlan plan = Planner.WithKernelsPerChannel(Spectra.Of(network), 1.25);

        OnnxModel approximated = new(ModelProto.Parser.ParseFrom(plan.ApplyTo(network).ToBytes()));

        foreach (PlannedLayer planned in plan.Layers.Where(layer => layer.IsGdws))
        {
            ConvolutionLayer layer = approximated.Convolutions.Single(candidate => candidate.Name == planned.Name);
            Assert.Equal(ConvolutionKind.Gdws, layer.Kind);
            Assert.Equal((planned.Outputs, planned.Inputs, planned.Kernels), (layer.Outputs, layer.Inputs, layer.Kernels));
            Assert.Equal(planned.MacsAfter, layer.Macs);
            Assert.Equal(planned.KernelsPerChannel, Enumerable.Range(0, layer.Inputs).Select(c => layer.ChannelMap.Count(m => m == c)));
        }

        Assert.Equal(plan.MacsAfter, NetworkComplexity.Of(approximated).Macs);
        Assert.Equal(plan.MacsBefore, NetworkComplexity.Of(network).Macs);
    }

    [Fact]
    public void TheErrorOfTheWrittenFile_IsTheOneThatThePlanPredicts()
    {
        OnnxModel network = ConvolutionNetworks.Residual();
        GdwsPlan plan = Planner.WithKernelsPerChannel(Spectra.Of(network), 2);

        OnnxModel written = new(ModelProto.Parser.ParseFrom(plan.ApplyTo(network).ToBytes()));

        foreach (PlannedLayer planned in plan.Layers.Where(layer => layer.IsGdws))
        {
            ConvolutionLayer layer = written.Convolutions.Single(candidate => candidate.Name == planned.Name);
            GdwsFactors factors = new(
                layer.Outputs,
                layer.Inputs,
                layer.KernelHeight,
                layer.KernelWidth,
                layer.ChannelMap,
                written.Constant(layer.WeightName)!.ToSingles(),
                written.Constant(layer.PointwiseNode!.Input[1])!.ToSingles());
            double found = factors.WeightedError(network.Constant(planned.Name + ".weight")!.ToSingles());
            Assert.Equal(planned.WeightedError, found, planned.WeightedError * 1e-5);
        }
    }

    [Fact]
    public void WhereEveryChannelHasOneKernel_ThereIsNoGather()
    {
        OnnxModel network = ConvolutionNetworks.Single(4, 10, 3, 3);
        GdwsPlan plan = Planner.WithKernelsPerChannel(Spectra.Of(network, _all), 1);
        PlannedLayer once = plan.Layers[0] with { KernelsPerChannel = [1, 1, 1, 1] };

        OnnxModel approximated = (plan with { Layers = [once] }).ApplyTo(network);

        Assert.Equal(["Conv", "Conv"], approximated.Graph.Node.Select(node => node.OpType));
        Assert.Equal(ConvolutionKind.Gdws, Assert.Single(approximated.Convolutions).Kind);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WithoutKernels_TheOutputIsTheBias(bool bias)
    {
        OnnxModel network = ConvolutionNetworks.Single(4, 10, 3, 3, bias);
        GdwsPlan plan = Planner.WithinError(Spectra.Of(network, _all), 1e9);

        OnnxModel approximated = plan.ApplyTo(network);

        Assert.Equal(0, plan.Layers[0].Kernels);
        Assert.Equal(NetworkComplexity.Of(approximated).Macs, plan.MacsAfter);
        float[] expected = bias ? network.Constant("a.bias")!.ToSingles() : new float[10];
        float[] output = OrtRunner.Run(approximated, 2, 4, 11, 13);
        for (int i = 0; i < output.Length; i++)
            Assert.Equal(expected[i / (9 * 11) % 10], output[i]);
    }

    [Fact]
    public void HalfPrecisionWeights_StayInHalfPrecision()
    {
        float[] weight = Decomposition.RandomWeights.Normal(1, 10 * 4 * 9);
        OnnxModel network = new TestNetwork(17)
            .Change(m =>
            {
                m.Graph.Input.Clear();
                m.Graph.Input.Add(TestNetwork.Value("images", [0, 4, 8, 8], elementType: 10));
                m.Graph.Initializer.Add(OnnxTensor.CreateHalf("a.weight", [10, 4, 3, 3], weight));
            })
            .Node("Conv", "y", ["images", "a.weight"])
            .Typed("y", elementType: 10);

        OnnxModel approximated = Planner.WithKernelsPerChannel(Spectra.Of(network, _all), 1000, always: true).ApplyTo(network);

        Assert.Equal((int)TensorProto.Types.DataType.Float16, approximated.Constant("a.depthwise.weight")!.DataType);
        Assert.Equal((int)TensorProto.Types.DataType.Float16, approximated.Constant("a.pointwise.weight")!.DataType);
        OrtRunner.AssertClose(OrtRunner.Run(network, 1, 4, 8, 8), OrtRunner.Run(approximated, 1, 4, 8, 8), 2e-2);
    }

    [Fact]
    public void AWeightSharedByTwoConvolutions_IsReplacedInBoth()
    {
        OnnxModel network = new TestNetwork(17, 0, 6, 12, 12).Weight("w.weight", 6, 6, 3, 3)
            .Node("Conv", "b", ["images", "w.weight"]).Node("Conv", "y", ["b", "w.weight"]).Typed("y");
        GdwsPlan plan = Planner.WithKernelsPerChannel(Spectra.Of(network, _all), 1000, always: true);

        OnnxModel approximated = plan.ApplyTo(network);

        Assert.Equal(["w", "w#2"], plan.Layers.Select(layer => layer.Name));
        Assert.All(approximated.Convolutions, layer => Assert.Equal(ConvolutionKind.Gdws, layer.Kind));
        Assert.Null(approximated.Constant("w.weight"));
        OrtRunner.AssertClose(OrtRunner.Run(network, 1, 6, 12, 12), OrtRunner.Run(approximated, 1, 6, 12, 12), 1e-4);
    }

    [Fact]
    public void AWeightThatOthersStillRead_IsKept()
    {
        OnnxModel network = new TestNetwork(17, 0, 6, 12, 12).Weight("w.weight", 6, 6, 3, 3)
            .Node("Conv", "b", ["images", "w.weight"]).Node("Conv", "y", ["b", "w.weight"]).Typed("y");
        SpectraOptions options = new() { IncludeFirst = true, Exclude = ["w#2"] };

        OnnxModel approximated = Planner.WithKernelsPerChannel(Spectra.Of(network, options), 1).ApplyTo(network);

        Assert.NotNull(approximated.Constant("w.weight"));
        Assert.Equal([ConvolutionKind.Gdws, ConvolutionKind.Dense], approximated.Convolutions.Select(layer => layer.Kind));
        Assert.Equal(6 * 8 * 8, OrtRunner.Run(approximated, 1, 6, 12, 12).Length);
    }

    [Fact]
    public void AWeightFromAConstantNode_IsReplacedAndItsNodeRemoved()
    {
        TensorProto weight = OnnxTensor.Create("", [10, 4, 3, 3], Decomposition.RandomWeights.Normal(2, 360));
        AttributeProto value = new() { Name = "value", Type = AttributeProto.Types.AttributeType.Tensor, T = weight };
        OnnxModel network = new TestNetwork(17, 0, 4, 8, 8)
            .Node("Constant", "w", [], n => n.Attribute.Add(value))
            .Node("Conv", "y", ["images", "w"]).Typed("y");

        OnnxModel approximated = Planner.WithKernelsPerChannel(Spectra.Of(network, _all), 1000, always: true).ApplyTo(network);

        Assert.DoesNotContain(approximated.Graph.Node, node => node.OpType == "Constant");
        OrtRunner.AssertClose(OrtRunner.Run(network, 1, 4, 8, 8), OrtRunner.Run(approximated, 1, 4, 8, 8), 1e-5);
    }

    [Fact]
    public void InOldFiles_InitializersAreInputsOfTheGraphToo()
    {
        OnnxModel network = new TestNetwork(8, 1, 4, 8, 8).Weight("a.weight", 10, 4, 3, 3)
            .Change(m =>
            {
                m.IrVersion = 3;
                m.Graph.Input.Add(TestNetwork.Value("a.weight", [10, 4, 3, 3]));
            })
            .Node("Conv", "y", ["images", "a.weight"]).Typed("y");

        OnnxModel approximated = Planner.WithKernelsPerChannel(Spectra.Of(network, _all), 1000, always: true).ApplyTo(network);

        Assert.Equal(
            ["images", "a.channels", "a.depthwise.weight", "a.pointwise.weight"], approximated.Graph.Input.Select(input => input.Name));
        OrtRunner.AssertClose(OrtRunner.Run(network, 1, 4, 8, 8), OrtRunner.Run(approximated, 1, 4, 8, 8), 1e-5);
    }

    [Fact]
    public void NamesThatAreTaken_AreAvoided()
    {
        OnnxModel network = new TestNetwork(17, 0, 4, 8, 8).Weight("a.weight", 10, 4, 3, 3)
            .Node("Relu", "a.channels", ["images"])
            .Node("Conv", "y", ["a.channels", "a.weight"]).Typed("y");

        OnnxModel approximated = Planner.WithKernelsPerChannel(Spectra.Of(network, _all), 1000, always: true).ApplyTo(network);

        Assert.NotNull(approximated.Constant("a#2.channels"));
        OrtRunner.AssertClose(OrtRunner.Run(network, 1, 4, 8, 8), OrtRunner.Run(approximated, 1, 4, 8, 8), 1e-5);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FactorsFromElsewhere_MayCorrectTheBias(bool bias)
    {
        OnnxModel network = ConvolutionNetworks.Single(4, 10, 3, 3, bias);
        GdwsPlan plan = Planner.WithKernelsPerChannel(Spectra.Of(network, _all), 2);
        GdwsFactors plain = plan.FactorsOf(network)["a"];
        float[] correction = Decomposition.RandomWeights.Normal(3, 10);
        GdwsFactors corrected = new(10, 4, 3, 3, plain.ChannelMap, plain.Depthwise.ToArray(), plain.Pointwise.ToArray(), correction);

        float[] before = OrtRunner.Run(plan.ApplyTo(network), 1, 4, 11, 13);
        float[] after = OrtRunner.Run(plan.ApplyTo(network, new Dictionary<string, GdwsFactors> { ["a"] = corrected }), 1, 4, 11, 13);

        for (int i = 0; i < before.Length; i++)
            Assert.Equal(before[i] + correction[i / (9 * 11)], after[i], 1e-4f);
    }

    [Fact]
    public void FactorsThatAreNotThePlans_AreRefused()
    {
        OnnxModel network = ConvolutionNetworks.Single(4, 10, 3, 3);
        GdwsPlan plan = Planner.WithKernelsPerChannel(Spectra.Of(network, _all), 2);
        GdwsFactors other = Planner.WithKernelsPerChannel(Spectra.Of(network, _all), 1).FactorsOf(network)["a"];

        GdwsException missing = Assert.Throws<GdwsException>(() => plan.ApplyTo(network, new Dictionary<string, GdwsFactors>()));
        GdwsException wrong = Assert.Throws<GdwsException>(() => plan.ApplyTo(network, new Dictionary<string, GdwsFactors> { ["a"] = other }));

        Assert.Contains("layer a", missing.Message, StringComparison.Ordinal);
        Assert.Contains("8 kernels", wrong.Message, StringComparison.Ordinal);
    }

    private static NodeProto AutoPadded(NodeProto node)
    {
        node.Attribute.Add(new AttributeProto
        {
            Name = "auto_pad",
            Type = AttributeProto.Types.AttributeType.String,
            S = Google.Protobuf.ByteString.CopyFromUtf8("SAME_UPPER"),
        });
        return node;
    }
}

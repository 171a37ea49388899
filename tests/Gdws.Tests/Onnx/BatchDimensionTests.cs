using Gdws.Onnx;
using Gdws.Tests.Architectures;

namespace Gdws.Tests.Onnx;

/// <summary>A batch fixed to one image is opened where images stay apart from each other, and nowhere else.</summary>
public sealed class BatchDimensionTests
{
    [Theory]
    [InlineData(1, 16)]
    [InlineData(-1, 16)]
    [InlineData(1, -1)]
    [InlineData(0, -1)]
    public void ReshapesThatKeepImagesApart_AreOpened(long first, long second)
    {
        OnnxModel open = InputConversion.None.Prepend(Flattening(first, second));
        float[] images = NetworkRun.RandomImages(3 * 16);

        (int[] shape, float[] values) = open.Run(images, 3, 4, 2, 2);

        Assert.Equal([3, 5], shape);
        for (int i = 0; i < 3; i++)
        {
            float[] single = Flattening(first, second).Run(images[(i * 16)..((i + 1) * 16)], 1, 4, 2, 2).Values;
            Assert.All(single, (value, c) => Assert.Equal(value, values[(i * 5) + c], 1e-6f));
        }
    }

    [Fact]
    public void AReshapeThatIsAConstantNode_IsOpenedToo()
    {
        OnnxModel network = new TestNetwork(17, 1, 4, 2, 2)
            .Node("Constant", "shape", [], n => n.Attribute.Add(new Gdws.Onnx.Schema.AttributeProto
            {
                Name = "value",
                Type = Gdws.Onnx.Schema.AttributeProto.Types.AttributeType.Tensor,
                T = OnnxTensor.Create("", [2], [1L, 16L]),
            }))
            .Node("Reshape", "flat", ["images", "shape"]).Build("flat");

        Assert.Equal([2, 16], InputConversion.None.Prepend(network).Run(NetworkRun.RandomImages(32), 2, 4, 2, 2).Shape);
    }

    public static TheoryData<string> Mixing => ["rows", "transpose", "softmax", "mean", "concat", "unknown", "slice"];

    [Theory]
    [MemberData(nameof(Mixing))]
    public void NetworksThatMayMixImages_StayAsTheyAre(string kind)
    {
        TestNetwork network = new(12, 1, 4, 2, 2);
        OnnxModel fixedBatch = (kind switch
        {
            "rows" => network.Integers("shape", -1, 2).Node("Reshape", "out", ["images", "shape"]),
            "transpose" => network.Node("Transpose", "out", ["images"], n => n.WithList("perm", 1, 0, 2, 3)),
            "softmax" => network.Node("Softmax", "out", ["images"], n => n.With("axis", 0)),
            "mean" => network.Node("ReduceMean", "out", ["images"], n => n.WithList("axes", 0, 2, 3)),
            "concat" => network.Node("Concat", "out", ["images", "images"], n => n.With("axis", 0)),
            "slice" => network.Integers("from", 0).Integers("to", 1).Integers("axes", 0).Node("Slice", "out", ["images", "from", "to", "axes"]),
            _ => network.Node("Whatever", "out", ["images"], domain: "com.example"),
        }).Build("out");

        OnnxModel result = InputConversion.None.Prepend(fixedBatch);

        Assert.Equal(fixedBatch.Graph, result.Graph);
    }

    [Fact]
    public void AnOrdinaryNetworkOfManyOperators_IsOpened()
    {
        OnnxModel network = new TestNetwork(12, 1, 4, 8, 8)
            .Weight("w", 4, 4, 3, 3).Weight("b", 1, 4, 1, 1).Integers("pads", 0, 1, 0, 0, 0, 1, 0, 0)
            .Integers("from", 0, 0).Integers("to", 8, 8).Integers("axes", 2, 3).Integers("steps", 2, 2)
            .Node("Conv", "c", ["images", "w"], n => n.WithList("pads", 1, 1, 1, 1))
            .Node("Add", "a", ["c", "b"]).Node("Clip", "r", ["a"])
            .Node("Add", "s", ["r", "images"]).Node("Slice", "half", ["s", "from", "to", "axes", "steps"])
            .Node("Pad", "wide", ["half", "pads"]).Node("Concat", "both", ["wide", "wide"], n => n.With("axis", 1))
            .Node("ReduceMean", "m", ["both"], n => n.WithList("axes", 2, 3).With("keepdims", 1))
            .Node("Squeeze", "out", ["m"], n => n.WithList("axes", 2, 3)).Build("out");
        float[] images = NetworkRun.RandomImages(2 * 256);

        (int[] shape, float[] values) = InputConversion.None.Prepend(network).Run(images, 2, 4, 8, 8);

        Assert.Equal([2, 12], shape);
        float[] second = network.Run(images[256..], 1, 4, 8, 8).Values;
        Assert.All(second, (value, i) => Assert.Equal(value, values[12 + i], 1e-5f));
    }

    private static OnnxModel Flattening(long first, long second) => new TestNetwork(17, 1, 4, 2, 2)
        .Integers("shape", first, second).Weight("w", 5, 16).Weight("b", 5)
        .Node("Relu", "r", ["images"]).Node("Reshape", "flat", ["r", "shape"])
        .Node("Gemm", "out", ["flat", "w", "b"], n => n.With("transB", 1)).Build("out");
}

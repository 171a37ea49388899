using Gdws.Onnx;
using Gdws.Onnx.Schema;

namespace Gdws.Tests.Onnx;

public sealed class ShapeInferenceTests
{
    [Theory]
    [InlineData("MaxPool", false, 3, 2, 1, 16)]
    [InlineData("AveragePool", false, 2, 2, 0, 16)]
    [InlineData("MaxPool", true, 3, 2, 0, 16)]
    [InlineData("MaxPool", false, 3, 2, 0, 15)]
    [InlineData("MaxPool", true, 2, 2, 1, 17)]
    public void Pooling_RoundsAsAsked(string operatorName, bool roundUp, int kernel, int stride, int pad, int expected)
    {
        OnnxModel model = new TestNetwork(17, 0, 5, 32, 32)
            .Node(operatorName, "y", ["images"], n => n.WithList("kernel_shape", kernel, kernel).WithList("strides", stride, stride)
                .WithList("pads", pad, pad, pad, pad).With("ceil_mode", roundUp ? 1L : 0L))
            .Build("y");

        Assert.Equal(new TensorShape([1, 5, expected, expected]), model.Shapes["y"]);
    }

    [Fact]
    public void AReshapeWhoseTargetTheGraphComputes_IsFollowed()
    {
        OnnxModel model = new TestNetwork(17, 0, 8, 4, 4)
            .Integers("zero", 0).Integers("minus", -1).Integers("axes", 0)
            .Node("Shape", "s", ["images"])
            .Node("Gather", "n", ["s", "zero"])
            .Node("Concat", "target", ["n", "minus"], n => n.With("axis", 0))
            .Node("Reshape", "y", ["images", "target"])
            .Build("y");

        Assert.Equal(new TensorShape([1, 128]), model.Shapes["y"]);
    }

    [Theory]
    [InlineData(new long[] { 0, 0 }, new long[] { 9999, 9999 }, new long[] { 2, 2 }, 4, 4)]
    [InlineData(new long[] { 1, -3 }, new long[] { -1, 9 }, new long[] { 1, 1 }, 6, 3)]
    [InlineData(new long[] { -1, 5 }, new long[] { -9999, 1 }, new long[] { -1, -2 }, 8, 2)]
    public void Slices_CountAsTheStandardSays(long[] starts, long[] ends, long[] steps, int height, int width)
    {
        OnnxModel model = new TestNetwork(17, 0, 3, 8, 8)
            .Integers("starts", starts).Integers("ends", ends).Integers("axes", 2, 3).Integers("steps", steps)
            .Node("Slice", "y", ["images", "starts", "ends", "axes", "steps"])
            .Build("y");

        Assert.Equal(new TensorShape([1, 3, height, width]), model.Shapes["y"]);
    }

    [Fact]
    public void OlderAndNewerFormsOfTheSameOperator_AreBothUnderstood()
    {
        OnnxModel older = new TestNetwork(9, 0, 3, 8, 8)
            .Node("ReduceMean", "m", ["images"], n => n.WithList("axes", 2, 3).With("keepdims", 0))
            .Node("Unsqueeze", "u", ["m"], n => n.WithList("axes", 2, 3))
            .Node("Squeeze", "y", ["u"], n => n.WithList("axes", 3))
            .Build("y");
        OnnxModel newer = new TestNetwork(18, 0, 3, 8, 8)
            .Integers("hw", 2, 3).Integers("w", -1)
            .Node("ReduceMean", "m", ["images", "hw"], n => n.With("keepdims", 0))
            .Node("Unsqueeze", "u", ["m", "hw"])
            .Node("Squeeze", "y", ["u", "w"])
            .Build("y");

        Assert.Equal(new TensorShape([1, 3, 1]), older.Shapes["y"]);
        Assert.Equal(older.Shapes["y"], newer.Shapes["y"]);
    }

    [Fact]
    public void BehindAnUnknownOperator_TheDeclaredShapeCounts()
    {
        OnnxModel model = new TestNetwork(17, 0, 3, 8, 8)
            .Node("Mystery", "x", ["images"], domain: "com.example")
            .Weight("w.weight", 2, 6, 1, 1)
            .Node("Conv", "y", ["x", "w.weight"])
            .Change(m => m.Graph.ValueInfo.Add(TestNetwork.Value("x", [0, 6, 4, 4])))
            .Build("y");

        Assert.Equal(new TensorShape([1, 2, 4, 4]), model.Shapes["y"]);
        Assert.Equal((4, 4), Assert.Single(model.Convolutions).OutputSize);
    }

    [Fact]
    public void BehindAnUnknownOperatorWithoutDeclaration_ConvolutionsHaveNoSize()
    {
        OnnxModel model = new TestNetwork(17, 0, 3, 8, 8)
            .Node("Mystery", "x", ["images"], domain: "com.example")
            .Weight("w.weight", 2, 6, 3, 3)
            .Node("Conv", "y", ["x", "w.weight"])
            .Build("y");

        ConvolutionLayer layer = Assert.Single(model.Convolutions);
        Assert.Equal((6, (0, 0)), (layer.Inputs, layer.OutputSize));
    }

    [Theory]
    [InlineData("Add", 3, 8, 1)]
    [InlineData("Mul", 3, 1, 8)]
    public void Broadcasting_TakesTheLarger(string operatorName, int channels, int height, int width)
    {
        OnnxModel model = new TestNetwork(17, 0, 3, 8, 8)
            .Weight("c", channels, height, width)
            .Node(operatorName, "y", ["c", "images"])
            .Build("y");

        Assert.Equal(new TensorShape([1, 3, 8, 8]), model.Shapes["y"]);
    }

    [Fact]
    public void ShapesThatDoNotFitTogether_AreAnErrorThatNamesTheNode()
    {
        OnnxModel model = new TestNetwork(17, 0, 3, 8, 8)
            .Weight("c", 4, 1, 1)
            .Node("Add", "y", ["c", "images"])
            .Build("y");

        InvalidFileException exception = Assert.Throws<InvalidFileException>(() => model.Shapes);
        Assert.Contains("Add \"y_node\": shapes [4, 1, 1] and [1, 3, 8, 8] don't fit together", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RearrangingOperators_HaveTheirShapes()
    {
        OnnxModel model = new TestNetwork(17, 0, 6, 8, 8)
            .Integers("pads", 0, 1, 0, 0, 0, 1, 2, 2).Integers("shape", 0, -1, 4)
            .Node("Pad", "p", ["images", "pads"])
            .Node("Transpose", "t", ["images"], n => n.WithList("perm", 0, 2, 3, 1))
            .Node("Reshape", "r", ["images", "shape"])
            .Node("Concat", "c", ["images", "images"], n => n.With("axis", 1))
            .Node("Flatten", "f", ["images"])
            .Change(m =>
            {
                NodeProto split = new() { OpType = "Split", Input = { "c" }, Output = { "s1", "s2" } };
                m.Graph.Node.Add(split.With("axis", 1).WithList("split", 4, 8));
            })
            .Build("f");

        Assert.Equal("[1, 8, 10, 10]", model.Shapes["p"].ToString());
        Assert.Equal("[1, 8, 8, 6]", model.Shapes["t"].ToString());
        Assert.Equal("[1, 96, 4]", model.Shapes["r"].ToString());
        Assert.Equal("[1, 12, 8, 8]", model.Shapes["c"].ToString());
        Assert.Equal("[1, 384]", model.Shapes["f"].ToString());
        Assert.Equal(("[1, 4, 8, 8]", "[1, 8, 8, 8]"), (model.Shapes["s1"].ToString(), model.Shapes["s2"].ToString()));
    }
}

using Gdws.Onnx;
using Gdws.Onnx.Schema;
using Gdws.Tests.Onnx;
using Gdws.Torch;
using static Gdws.Tests.Torch.TorchNetworks;

namespace Gdws.Tests.Torch.Operators;

/// <summary>Every operator against small cases worked out by hand.</summary>
public sealed class OperatorsTests
{
    private static readonly float[] _row = [-3, -1, -0.5f, 0, 0.5f, 1, 3, 7];

    public static TheoryData<string, Func<double, double>> Elementwise => new()
    {
        { "Relu", x => Math.Max(x, 0) },
        { "LeakyRelu", x => x < 0 ? 0.01f * x : x },
        { "Elu", x => x < 0 ? Math.Exp(x) - 1 : x },
        { "Sigmoid", x => 1 / (1 + Math.Exp(-x)) },
        { "Tanh", Math.Tanh },
        { "Softplus", x => Math.Log(1 + Math.Exp(x)) },
        { "HardSigmoid", x => Math.Clamp((0.2 * x) + 0.5, 0, 1) },
        { "HardSwish", x => x * Math.Clamp((x / 6) + 0.5, 0, 1) },
        { "Neg", x => -x },
        { "Abs", Math.Abs },
        { "Exp", Math.Exp },
        { "Identity", x => x },
        { "Dropout", x => x },
        { "Clip", x => x },
    };

    [Theory]
    [MemberData(nameof(Elementwise))]
    public void AnElementwiseOperator_IsItsFunction(string name, Func<double, double> function) =>
        Near([.. _row.Select(x => (float)function(x))], Run(Of(name, [1, 2, 4]), _row), 2e-3);

    [Theory]
    [InlineData("Add", -1, 1, 1.5)]
    [InlineData("Sub", -5, -3, -2.5)]
    [InlineData("Mul", -6, -2, -1)]
    [InlineData("Div", -1.5, -0.5, -0.25)]
    [InlineData("Pow", 9, 1, 0.25)]
    public void Arithmetic_BroadcastsAConstant(string name, float first, float second, float third) =>
        Near([first, second, third], Run(Of(name, [1, 2, 4], more: ["c"], constants: n => n.With("c", [1], 2)), _row)[..3]);

    [Fact]
    public void Sqrt_And_Log_AndReciprocal_AreTheirFunctions()
    {
        float[] x = [0.25f, 1, 4, 9];
        Near([.. x.Select(v => MathF.Sqrt(v))], Run(Of("Sqrt", [1, 1, 4]), x));
        Near([.. x.Select(v => MathF.Log(v))], Run(Of("Log", [1, 1, 4]), x));
        Near([4, 1, 0.25f, 1 / 9f], Run(Of("Reciprocal", [1, 1, 4]), x));
    }

    [Fact]
    public void Clip_HasBoundsAsAttributesBefore11_AsInputsSince()
    {
        float[] expected = [-0.5f, -0.5f, -0.5f, 0, 0.5f, 1, 2, 2];
        Near(expected, Run(Of("Clip", [1, 2, 4], n => n.With("min", -0.5f).With("max", 2f), opset: 9), _row));
        Near(expected, Run(Of("Clip", [1, 2, 4], more: ["lo", "hi"], constants: n => n.With("lo", [], -0.5f).With("hi", [], 2)), _row));
        Near([-3, -1, -0.5f, 0, 0.5f, 1, 2, 2], Run(Of("Clip", [1, 2, 4], more: ["", "hi"], constants: n => n.With("hi", [], 2)), _row));
    }

    [Fact]
    public void PRelu_HasASlopeAChannel() =>
        Near([-6, -2, -1, 0, 0.5f, 1, 3, 7, -1.5f, -0.5f, -0.25f, 0, 0.5f, 1, 3, 7],
            Run(Of("PRelu", [2, 2, 4], more: ["slope"], constants: n => n.With("slope", [2, 1, 1], 2, 0.5f)), [.. _row, .. _row]));

    [Fact]
    public void BatchNormalization_UsesTheStoredStatistics() =>
        Near([((1 - 3) / 2f * 5) + 7, ((2 - 3) / 2f * 5) + 7],
            Run(Of("BatchNormalization", [1, 1, 2], n => n.With("epsilon", 0f), ["scale", "bias", "mean", "var"],
                n => n.With("scale", [1], 5).With("bias", [1], 7).With("mean", [1], 3).With("var", [1], 4)), [1, 2]));

    [Fact]
    public void Softmax_TakesTheLastAxisSince13_AndAllFromTheAxisBefore()
    {
        float[] x = [0, MathF.Log(3), MathF.Log(2), MathF.Log(2)];
        Near([0.25f, 0.75f, 0.5f, 0.5f], Run(Of("Softmax", [1, 2, 2], opset: 13), x));
        Near([0.125f, 0.375f, 0.25f, 0.25f], Run(Of("Softmax", [1, 2, 2], opset: 11), x));
        Near([MathF.Log(0.25f), MathF.Log(0.75f), MathF.Log(0.5f), MathF.Log(0.5f)], Run(Of("LogSoftmax", [1, 2, 2], opset: 13), x));
    }

    [Fact]
    public void Reductions_TakeAxesAsAttributeOrInput()
    {
        float[] x = [1, 2, 3, 4, 5, 6, 7, 8];
        Near([2.5f, 6.5f], Run(Of("ReduceMean", [2, 2, 2], n => n.WithList("axes", 2, 3)), x));
        Near([10, 26], Run(Of("ReduceSum", [2, 2, 2], more: ["axes"], constants: n => n.Integers("axes", -2, -1)), x));
        Near([4, 8], Run(Of("ReduceMax", [2, 2, 2], n => n.WithList("axes", 2, 3).With("keepdims", 0)), x));
        Near([1, 5], Run(Of("ReduceMin", [2, 2, 2], n => n.WithList("axes", 2, 3)), x));
        Near([2.5f, 6.5f], Run(Of("GlobalAveragePool", [2, 2, 2]), x));
        Near([4, 8], Run(Of("GlobalMaxPool", [2, 2, 2]), x));
    }

    [Fact]
    public void Gemm_ScalesAndTransposes()
    {
        Action<TestNetwork> constants = n => n.With("w", [2, 3], 1, 2, 3, 4, 5, 6).With("c", [3], 1, 1, 1);
        OnnxModel model = WithFlat(1, 2, n =>
        {
            constants(n);
            n.Node("Gemm", "logits", ["flat", "w", "c"], node => node.With("alpha", 2f).With("beta", 3f));
        });
        Near([(2 * 9) + 3, (2 * 12) + 3, (2 * 15) + 3], Run(model, [1, 2]));

        OnnxModel transposed = WithFlat(1, 3, n =>
        {
            constants(n);
            n.Node("Gemm", "logits", ["flat", "w"], node => node.With("transB", 1));
        });
        Near([14, 32], Run(transposed, [1, 2, 3]));
    }

    [Fact]
    public void MatMul_Multiplies() =>
        Near([5, 11], Run(WithFlat(1, 2, n => n.With("w", [2, 2], 1, 3, 2, 4).Node("MatMul", "logits", ["flat", "w"])), [1, 2]));

    [Fact]
    public void Gather_RepeatsReordersAndDropsChannels()
    {
        OnnxModel model = Of("Gather", [3, 1, 2], n => n.With("axis", 1), ["map"], n => n.Integers("map", 0, 0, 2, -1, -2));
        Near([1, 2, 1, 2, 5, 6, 5, 6, 3, 4], Run(model, [1, 2, 3, 4, 5, 6]));
    }

    [Fact]
    public void Gather_OutsideTheAxis_NamesTheNode()
    {
        OnnxModel model = Of("Gather", [3, 1, 2], n => n.With("axis", 1), ["map"], n => n.Integers("map", 0, 3));

        GdwsException exception = Assert.Throws<GdwsException>(() => new TorchNetwork(model));

        Assert.Contains("Gather \"result_node\": the index 3 is outside an axis of size 3", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Slice_Concat_Split_Transpose_Pad_Rearrange()
    {
        float[] x = [1, 2, 3, 4, 5, 6];
        Near([2, 3, 5, 6], Run(Of("Slice", [1, 2, 3], more: ["s", "e", "a"], constants: n => n.Integers("s", 1).Integers("e", 99).Integers("a", 3)), x));
        Near([1, 3, 4, 6], Run(Of("Slice", [1, 2, 3], more: ["s", "e", "a", "t"],
            constants: n => n.Integers("s", 0).Integers("e", 3).Integers("a", -1).Integers("t", 2)), x));
        Near([.. x, .. x], Run(Of("Concat", [1, 2, 3], n => n.With("axis", 1), ["images"]), x));
        Near([1, 4, 2, 5, 3, 6], Run(Of("Transpose", [1, 2, 3], n => n.WithList("perm", 0, 1, 3, 2)), x));
        Near([9, 1, 2, 3, 9, 4, 5, 6], Run(Of("Pad", [1, 2, 3], more: ["p", "v"], constants: n => n.Integers("p", 0, 0, 0, 1, 0, 0, 0, 0).With("v", [], 9)), x));
        Near([2, 1, 2, 3, 5, 4, 5, 6], Run(Of("Pad", [1, 2, 3], n => n.WithList("pads", 0, 0, 0, 1, 0, 0, 0, 0)
            .Attribute.Add(new AttributeProto { Name = "mode", S = Google.Protobuf.ByteString.CopyFromUtf8("reflect") }), opset: 10), x));

        OnnxModel split = new TestNetwork(13, 0, 1, 2, 3).Integers("sizes", 1, 2)
            .Change(m => m.Graph.Node.Add(new NodeProto { OpType = "Split", Name = "split", Input = { "images", "sizes" }, Output = { "a", "b" }, Attribute = { new AttributeProto { Name = "axis", I = 3 } } }))
            .Node("Concat", "swapped", ["b", "a"], n => n.With("axis", 3)).Node("Flatten", "logits", ["swapped"]).Build("logits");
        Near([2, 3, 1, 5, 6, 4], Run(split, x));
    }

    [Fact]
    public void ShapesComputedFromTheBatch_AreFollowed()
    {
        OnnxModel model = new TestNetwork(13, 0, 2, 1, 3).Integers("zero", 0).Integers("minus", -1)
            .Node("Shape", "shape", ["images"])
            .Node("Gather", "n", ["shape", "zero"])
            .Node("Concat", "target", ["n", "minus"], n => n.With("axis", 0))
            .Node("Reshape", "logits", ["images", "target"])
            .Build("logits");

        float[] x = Random(12, 1);
        Near(x, Run(model, x, batch: 2));
    }

    [Theory]
    [InlineData(1, -1)]
    [InlineData(1, 6)]
    [InlineData(-1, 6)]
    [InlineData(0, -1)]
    public void AReshapeWithTheExportersBatch_TakesAnyBatch(int first, int second)
    {
        OnnxModel model = new TestNetwork(13, 1, 2, 1, 3).Integers("target", first, second).Node("Reshape", "logits", ["images", "target"]).Build("logits");

        float[] x = Random(24, 1);
        Near(x, Run(model, x, batch: 4));
    }

    [Fact]
    public void Squeeze_WithoutAxes_LeavesTheBatch()
    {
        OnnxModel model = new TestNetwork(13, 0, 3, 1, 1).Node("Squeeze", "logits", ["images"]).Build("logits");
        Near([1, 2, 3], Run(model, [1, 2, 3]));
    }

    [Fact]
    public void ConstantsAreComputedWhenTheNetworkIsMade()
    {
        OnnxModel model = new TestNetwork(13, 0, 1, 1, 2).Integers("shape", 1)
            .Node("ConstantOfShape", "three", ["shape"], n => n.Attribute.Add(new AttributeProto { Name = "value", T = OnnxTensor.Create("", [1], [3f]) }))
            .Node("Add", "six", ["three", "three"])
            .Node("Mul", "scaled", ["images", "six"])
            .Node("Flatten", "logits", ["scaled"]).Build("logits");

        Near([6, 12], Run(model, [1, 2]));
    }

    private static OnnxModel WithFlat(int channels, int width, Action<TestNetwork> rest)
    {
        TestNetwork network = new(17, 0, channels, 1, width);
        network.Node("Flatten", "flat", ["images"]);
        rest(network);
        return network.Build("logits");
    }
}

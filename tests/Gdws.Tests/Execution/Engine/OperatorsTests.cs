using Gdws.Execution.Engine;
using Gdws.Execution.Engine.Steps;
using Gdws.Onnx;
using Gdws.Onnx.Schema;
using Gdws.Tests.Onnx;
using Gdws.Tests.Planning;

namespace Gdws.Tests.Execution.Engine;

/// <summary>Every operator that the engine has, against ONNX Runtime, on a map of 21 channels, 9×7.</summary>
public sealed class OperatorsTests
{
    private static readonly Dictionary<string, Func<TestNetwork, TestNetwork>> _networks = new()
    {
        ["BatchNormalization alone"] = n => Norm(n, "images", "y"),
        ["Conv, BatchNormalization, Relu"] = n => Relu(Norm(Conv(n, "images", "c"), "c", "b"), "b", "y"),
        ["Conv, Relu, BatchNormalization"] = n => Norm(Relu(Conv(n, "images", "c"), "c", "r"), "r", "y"),
        ["Conv, Relu, Add"] = n => Relu(Conv(n, "images", "c"), "c", "r").Node("Add", "y", ["r", "images"]),
        ["Conv, Add, Relu"] = n => Relu(Conv(n, "images", "c").Node("Add", "s", ["images", "c"]), "s", "y"),
        ["Conv read twice"] = n => Relu(Conv(n, "images", "c"), "c", "r").Node("Sub", "y", ["c", "r"]),
        ["pre-activation block"] = n => Conv(Relu(Norm(Conv(Relu(Norm(n, "images", "b1"), "b1", "r1"), "r1", "c1"), "c1", "b2"), "b2", "r2"), "r2", "c2")
            .Node("Add", "s", ["c2", "images"]).Change(m => { }).Node("Relu", "t", ["s"]).Node("Mul", "y", ["t", "s"]),
        ["two convolutions added"] = n => Conv(Conv(n, "images", "c1"), "images", "c2").Node("Add", "s", ["c1", "c2"]).Node("Relu", "y", ["s"]),
        ["a map added to itself"] = n => Conv(n, "images", "c").Node("Add", "y", ["c", "c"]),
        ["Sub, Div, Mul, Add with constants"] = n => n.Weight("a", 21, 1, 1).Weight("b", 1, 21, 1, 1).Weight("s", 1)
            .Node("Sub", "d", ["images", "a"]).Node("Div", "e", ["d", "b"]).Node("Mul", "f", ["e", "s"]).Node("Add", "g", ["b", "f"]).Node("Sub", "y", ["a", "g"]),
        ["Neg"] = n => n.Node("Neg", "y", ["images"]),
        ["squeeze and excitation"] = n => n.Weight("w", 21, 21, 1, 1).Node("GlobalAveragePool", "p", ["images"]).Node("Conv", "c", ["p", "w"])
            .Node("Sigmoid", "g", ["c"]).Node("Mul", "y", ["g", "images"]),
        ["Clip"] = n => n.Weight("low", 1).Change(m => m.Graph.Initializer[0].Dims.Clear()).Node("Clip", "y", ["images", "low"]),
        ["LeakyRelu"] = n => Conv(n, "images", "c").Node("LeakyRelu", "y", ["c"], a => a.With("alpha", 0.1f)),
        ["Elu"] = n => Conv(n, "images", "c").Node("Elu", "y", ["c"]),
        ["HardSigmoid, HardSwish, Tanh"] = n => Conv(n, "images", "c").Node("HardSwish", "h", ["c"]).Node("Tanh", "t", ["h"]).Node("HardSigmoid", "y", ["t"]),
        ["Exp, Sqrt"] = n => n.Node("Exp", "e", ["images"]).Node("Sqrt", "y", ["e"]),
        ["MaxPool"] = n => Conv(n, "images", "c").Node("MaxPool", "y", ["c"], a => Window(a, 3, 2, 1)),
        ["MaxPool rounded up"] = n => Conv(n, "images", "c").Node("MaxPool", "y", ["c"], a => Window(a, 2, 2, 0).With("ceil_mode", 1)),
        ["MaxPool dilated"] = n => Conv(n, "images", "c").Node("MaxPool", "y", ["c"], a => Window(a, 2, 1, 1).WithList("dilations", 2, 3)),
        ["AveragePool"] = n => n.Node("AveragePool", "y", ["images"], a => Window(a, 3, 2, 1)),
        ["AveragePool with padding"] = n => n.Node("AveragePool", "y", ["images"], a => Window(a, 3, 2, 1).With("count_include_pad", 1)),
        ["GlobalAveragePool, GlobalMaxPool"] = n => n.Node("GlobalAveragePool", "a", ["images"]).Node("GlobalMaxPool", "b", ["images"]).Node("Concat", "y", ["a", "b"], a => a.With("axis", 1)),
        ["ReduceMean"] = n => n.Node("ReduceMean", "y", ["images"], a => a.WithList("axes", 2, 3).With("keepdims", 0)),
        ["Concat of odd parts"] = n => Conv(n, "images", "c").Node("Concat", "y", ["images", "c", "images"], a => a.With("axis", 1)),
        ["Gather of channels"] = n => n.Integers("i", 20, 0, -1, 3).Node("Gather", "y", ["images", "i"], a => a.With("axis", 1)),
        ["Slice of rows, columns and channels"] = n => n.Integers("s", 1, 2, 6).Integers("e", 20, 9, -100).Integers("x", 1, 2, 3).Integers("t", 3, 2, -2)
            .Node("Slice", "y", ["images", "s", "e", "x", "t"]),
        ["shortcut without parameters"] = n => n.Integers("s", 0, 0).Integers("e", 9, 7).Integers("x", 2, 3).Integers("t", 2, 2).Integers("p", 0, 5, 0, 0, 0, 6, 0, 0)
            .Node("Slice", "h", ["images", "s", "e", "x", "t"]).Node("Pad", "y", ["h", "p"]),
        ["Pad with a value, and cropped"] = n => n.Integers("p", 0, 0, 2, -1, 0, 3, 1, 2).Weight("v", 1).Change(m => m.Graph.Initializer[^1].Dims.Clear())
            .Node("Pad", "y", ["images", "p", "v"]),
        ["Split"] = n => n.Integers("i", 4, 17).Node("Split", "a", ["images", "i"], a => { a.Output.Add("b"); a.With("axis", 1); }).Node("Concat", "y", ["b", "a"], a => a.With("axis", 1)),
        ["Flatten, Gemm"] = n => n.Node("Flatten", "f", ["images"]).Weight("w", 1323, 11).Weight("b", 11)
            .Node("Gemm", "y", ["f", "w", "b"], a => a.With("alpha", 0.5f).With("beta", 2f)),
        ["Reshape, MatMul, Add, Softmax"] = n => n.Integers("i", 0, -1).Node("Reshape", "f", ["images", "i"]).Weight("w", 1323, 11).Weight("b", 11)
            .Node("MatMul", "m", ["f", "w"]).Node("Add", "a", ["m", "b"]).Node("Softmax", "y", ["a"]),
        ["LogSoftmax over channels"] = n => n.Node("LogSoftmax", "y", ["images"], a => a.With("axis", 1)),
        ["Identity, Dropout, Cast, Transpose"] = n => Conv(n, "images", "c").Node("Identity", "i", ["c"]).Node("Dropout", "d", ["i"])
            .Node("Cast", "f", ["d"], a => a.With("to", 1)).Node("Transpose", "t", ["f"], a => a.WithList("perm", 0, 1, 2, 3)).Node("Relu", "y", ["t"]),
        ["asymmetric SAME padding"] = n => n.Weight("w", 5, 21, 2, 4).Node("Conv", "y", ["images", "w"], a => a.WithText("auto_pad", "SAME_LOWER").WithList("strides", 2, 1)),
        ["Conv with a large kernel"] = n => n.Weight("w", 18, 21, 7, 7).Node("Conv", "y", ["images", "w"], a => a.WithList("pads", 3, 3, 3, 3).WithList("strides", 2, 2)),
        ["Conv in 7 groups"] = n => n.Weight("w", 49, 3, 3, 3).Node("Conv", "y", ["images", "w"], a => a.WithList("pads", 1, 1, 1, 1).With("group", 7)),
        ["depthwise, normalised, limited"] = n => Relu(Norm(n.Weight("w", 21, 1, 3, 3).Node("Conv", "c", ["images", "w"], a => a.WithList("pads", 1, 1, 1, 1).With("group", 21)), "c", "b"), "b", "y"),
    };

    public static TheoryData<string> Names => [.. _networks.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void TheNetwork_ComputesWhatOnnxRuntimeComputes(string name)
    {
        OnnxModel model = _networks[name](new TestNetwork(17, 0, 21, 9, 7)).Typed("y");

        EngineComparison.AssertAgreeOnAllInstructionSets(model, 3);
        EngineComparison.AssertAgree(model, 2, threads: 3);
    }

    [Fact]
    public void NormalisationReluAndAddition_AreOneStepWithTheConvolution()
    {
        TestNetwork network = new TestNetwork(17, 0, 21, 9, 7);
        Norm(Conv(network, "images", "c"), "c", "b").Node("Add", "s", ["b", "images"]).Node("Relu", "y", ["s"]);

        CompiledNetwork compiled = new(network.Typed("y"), Gdws.Execution.Engine.Kernels.InstructionSet.Scalar);

        Assert.Collection(
            compiled.Steps, step => Assert.IsType<InputStep>(step), step => Assert.IsType<ConvolutionStep>(step), step => Assert.IsType<OutputStep>(step));
    }

    [Fact]
    public void WhatTheOutputDoesntHangOn_IsLeftOut()
    {
        TestNetwork network = new TestNetwork(17, 0, 21, 9, 7).Node("Relu", "y", ["images"]).Node("NoSuchOperator", "z", ["y"]);

        CompiledNetwork compiled = new(network.Typed("y"), Gdws.Execution.Engine.Kernels.InstructionSet.Scalar);

        Assert.Equal(3, compiled.Steps.Count);
    }

    [Theory]
    [InlineData("NoSuchOperator")]
    [InlineData("LRN")]
    [InlineData("InstanceNormalization")]
    public void AnOperatorThatTheEngineLacks_IsNamedWhenTheNetworkIsLoaded(string operatorName)
    {
        OnnxModel model = new TestNetwork(17, 0, 3, 4, 4).Node(operatorName, "y", ["images"])
            .Change(m => m.Graph.ValueInfo.Add(TestNetwork.Value("y", [0, 3, 4, 4]))).Node("Relu", "z", ["y"]).Typed("z");

        GdwsException exception = Assert.Throws<GdwsException>(() => new GdwsEngine().Load(model));

        Assert.Contains($"folder/test.onnx: {operatorName} \"y_node\"", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Transpose")]
    [InlineData("Concat")]
    [InlineData("Softmax")]
    public void AnOperatorOverAnAxisThatTheEngineLacks_IsRefused(string operatorName)
    {
        OnnxModel model = new TestNetwork(17, 0, 3, 4, 4)
            .Node(operatorName, "y", ["images"], a => a.WithList("perm", 0, 1, 3, 2).With("axis", 3L)).Typed("y");

        GdwsException exception = Assert.Throws<GdwsException>(() => new GdwsEngine().Load(model));

        Assert.Contains(operatorName, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMapThatFitsNoMemory_IsRefused()
    {
        OnnxModel model = new TestNetwork(17, 0, 3, 4, 4).Weight("w", 2, 3, 1, 1)
            .Node("Conv", "y", ["images", "w"], a => a.WithList("pads", 60000, 60000, 60000, 60000).WithList("strides", 60000, 60000)).Typed("y");

        Assert.Contains("memory", Assert.Throws<GdwsException>(() => new GdwsEngine().Load(model)).Message, StringComparison.Ordinal);
    }

    private static TestNetwork Conv(TestNetwork network, string input, string output) => network.Weight($"{output}.w", 21, 21, 3, 3).Weight($"{output}.b", 21)
        .Node("Conv", output, [input, $"{output}.w", $"{output}.b"], a => a.WithList("pads", 1, 1, 1, 1));

    private static TestNetwork Relu(TestNetwork network, string input, string output) => network.Node("Relu", output, [input]);

    private static TestNetwork Norm(TestNetwork network, string input, string output)
    {
        string[] parameters = [.. new[] { "scale", "bias", "mean", "var" }.Select(p => $"{output}.{p}")];
        foreach (string parameter in parameters)
            network.Weight(parameter, 21);
        float[] variance = [.. Enumerable.Range(0, 21).Select(c => 0.5f + (c * 0.1f))];
        network.Change(m => m.Graph.Initializer[^1] = OnnxTensor.Create(parameters[3], [21], variance));
        return network.Node("BatchNormalization", output, [input, .. parameters]);
    }

    private static NodeProto Window(NodeProto node, int size, int stride, int pad) =>
        node.WithList("kernel_shape", size, size).WithList("strides", stride, stride).WithList("pads", pad, pad, pad, pad);
}

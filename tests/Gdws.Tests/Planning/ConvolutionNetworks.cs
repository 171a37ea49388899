using Gdws.Onnx;
using Gdws.Onnx.Schema;
using Gdws.Tests.Onnx;

namespace Gdws.Tests.Planning;

/// <summary>Small networks of convolutions for tests of planning.</summary>
internal static class ConvolutionNetworks
{
    /// <summary>One convolution named <c>a</c>.</summary>
    public static OnnxModel Single(
        int inputs, int outputs, int kernelHeight, int kernelWidth, bool bias = false, Action<NodeProto>? attributes = null, int size = 11)
    {
        TestNetwork network = new TestNetwork(17, 0, inputs, size, size + 2).Weight("a.weight", outputs, inputs, kernelHeight, kernelWidth);
        if (bias)
            network.Weight("a.bias", outputs);
        return network.Node("Conv", "y", bias ? ["images", "a.weight", "a.bias"] : ["images", "a.weight"], attributes).Typed("y");
    }

    /// <summary>
    /// <c>stem</c> 3→8, <c>block.conv1</c> 8→12 stride 2, <c>block.conv2</c> 12→12, <c>block.shortcut</c> 1×1, <c>grouped</c>, <c>fc</c>.
    /// </summary>
    public static OnnxModel Residual() => new TestNetwork(17, 0, 3, 16, 16)
        .Weight("stem.weight", 8, 3, 3, 3)
        .Weight("block.conv1.weight", 12, 8, 3, 3).Weight("block.conv1.bias", 12)
        .Weight("block.conv2.weight", 12, 12, 3, 3)
        .Weight("block.shortcut.weight", 12, 8, 1, 1)
        .Weight("grouped.weight", 12, 6, 3, 3)
        .Weight("fc.weight", 10, 12)
        .Node("Conv", "s", ["images", "stem.weight"], n => Padded(n))
        .Node("Relu", "r", ["s"])
        .Node("Conv", "c1", ["r", "block.conv1.weight", "block.conv1.bias"], n => Padded(n).WithList("strides", 2, 2))
        .Node("Relu", "r1", ["c1"])
        .Node("Conv", "c2", ["r1", "block.conv2.weight"], n => Padded(n))
        .Node("Conv", "sc", ["r", "block.shortcut.weight"], n => n.WithList("strides", 2, 2))
        .Node("Add", "sum", ["c2", "sc"])
        .Node("Conv", "g", ["sum", "grouped.weight"], n => Padded(n).With("group", 2))
        .Node("GlobalAveragePool", "p", ["g"])
        .Node("Flatten", "f", ["p"])
        .Node("Gemm", "y", ["f", "fc.weight"], n => n.With("transB", 1))
        .Typed("y");

    /// <summary>3→20→35→35 channels on 13×15 pixels, 3×3 kernels, a residual: maps that whole tiles don't fill.</summary>
    public static OnnxModel Wide() => new TestNetwork(17, 0, 3, 13, 15)
        .Weight("a.weight", 20, 3, 3, 3)
        .Weight("b.weight", 35, 20, 3, 3).Weight("b.bias", 35)
        .Weight("c.weight", 35, 35, 3, 3)
        .Weight("fc.weight", 10, 35)
        .Node("Conv", "a", ["images", "a.weight"], n => Padded(n))
        .Node("Relu", "ra", ["a"])
        .Node("Conv", "b", ["ra", "b.weight", "b.bias"], n => Padded(n))
        .Node("Relu", "rb", ["b"])
        .Node("Conv", "c", ["rb", "c.weight"], n => Padded(n))
        .Node("Add", "sum", ["c", "rb"])
        .Node("GlobalAveragePool", "p", ["sum"])
        .Node("Flatten", "f", ["p"])
        .Node("Gemm", "y", ["f", "fc.weight"], n => n.With("transB", 1))
        .Typed("y");

    /// <summary>Builds the network with an output that says its type, as ONNX wants.</summary>
    public static OnnxModel Typed(this TestNetwork network, string output, int elementType = 1)
    {
        ModelProto model = network.Build(output).Proto;
        model.Graph.Output[0].Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = elementType } };
        return new OnnxModel(model, "folder/test.onnx");
    }

    public static NodeProto Padded(NodeProto node) => node.WithList("pads", 1, 1, 1, 1);

}

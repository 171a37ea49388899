using Gdws.Onnx;
using Gdws.Onnx.Schema;
using Gdws.Tests.Onnx;

namespace Gdws.Tests.Execution;

/// <summary>Networks small enough to count by hand.</summary>
internal static class SmallNetworks
{
    /// <summary>Image [batch, 3, 8, 6] → 3×3 convolution to 4 channels with bias, stride 2 → ReLU → mean → linear to 5 classes.</summary>
    public static OnnxModel Classifier(int batch, Action<ModelProto>? change = null) => new TestNetwork(17, batch, 3, 8, 6)
        .Weight("conv1.weight", 4, 3, 3, 3)
        .Weight("conv1.bias", 4)
        .Node("Conv", "conv1", ["images", "conv1.weight", "conv1.bias"], n => n.WithList("pads", 1, 1, 1, 1).WithList("strides", 2, 2))
        .Node("Relu", "relu1", ["conv1"])
        .Node("GlobalAveragePool", "mean", ["relu1"])
        .Node("Flatten", "flat", ["mean"])
        .Weight("linear.weight", 5, 4)
        .Weight("linear.bias", 5)
        .Node("Gemm", "logits", ["flat", "linear.weight", "linear.bias"], n => n.With("transB", 1))
        .Change(m => change?.Invoke(m))
        .Change(m => m.Graph.Output.Clear())
        .Build("logits");
}

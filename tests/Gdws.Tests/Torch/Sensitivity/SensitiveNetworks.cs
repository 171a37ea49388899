using Gdws.Data;
using Gdws.Onnx;
using Gdws.Tests.Onnx;
using Gdws.Torch.Sensitivity;

namespace Gdws.Tests.Torch.Sensitivity;

/// <summary>Networks of 6 classes on images of 2×12×10, small enough for a loop over images and classes.</summary>
internal static class SensitiveNetworks
{
    public const int Classes = 6;

    public static TinyImages Images(int count) => new(count, Classes, 2, 12, 10);

    public static SensitivityEstimate On(this SensitivityEstimation estimation, OnnxModel model, IImageDataset images) =>
        estimation.Run(model, images, cancellation: TestContext.Current.CancellationToken);

    /// <summary>
    /// Five dense convolutions of many kinds: a large map, stride with one-sided padding, dilation, few outputs under a large kernel, a small map; between
    /// them batch normalisation, a branch, and convolutions that have no sensitivity.
    /// </summary>
    public static OnnxModel Varied() => new TestNetwork(17, 0, 2, 12, 10)
        .Weight("first.weight", 4, 2, 3, 3).Weight("first.bias", 4)
        .Node("Conv", "first", ["images", "first.weight", "first.bias"], n => n.WithList("pads", 1, 1, 1, 1))
        .With("bn.weight", [4], 0.5f, 1.5f, -1, 2).With("bn.bias", [4], 0.1f, -0.2f, 0.3f, 0)
        .With("bn.mean", [4], 0.2f, 0.1f, -0.3f, 0).With("bn.var", [4], 0.5f, 2, 1, 0.25f)
        .Node("BatchNormalization", "bn", ["first", "bn.weight", "bn.bias", "bn.mean", "bn.var"])
        .Node("Relu", "relu1", ["bn"])
        .Node("Identity", "passed", ["relu1"])
        .Weight("strided.weight", 5, 4, 3, 2)
        .Node("Conv", "strided", ["passed", "strided.weight"], n => n.WithList("pads", 1, 0, 0, 1).WithList("strides", 2, 2))
        .Weight("grouped.weight", 5, 1, 3, 3)
        .Node("Conv", "grouped", ["strided", "grouped.weight"], n => n.WithList("pads", 1, 1, 1, 1).With("group", 5))
        .Weight("point.weight", 5, 5, 1, 1)
        .Node("Conv", "point", ["strided", "point.weight"])
        .Node("Add", "sum", ["grouped", "point"])
        .Node("Tanh", "tanh", ["sum"])
        .Weight("dilated.weight", 8, 5, 2, 2)
        .Node("Conv", "dilated", ["tanh", "dilated.weight"], n => n.WithList("dilations", 2, 2))
        .Node("Relu", "relu2", ["dilated"])
        .Weight("few.weight", 3, 8, 3, 3)
        .Node("Conv", "few", ["relu2", "few.weight"], n => n.WithList("pads", 1, 1, 1, 1))
        .Weight("small.weight", 7, 3, 3, 3)
        .Node("Conv", "small", ["few", "small.weight"], n => n.WithList("strides", 2, 2).WithList("pads", 1, 1, 1, 1))
        .Node("Flatten", "flat", ["small"])
        .Weight("linear.weight", Classes, 28)
        .Node("Gemm", "logits", ["flat", "linear.weight"], n => n.With("transB", 1))
        .Build("logits");

    /// <summary>One convolution whose logits are its channels' means, plus a bias.</summary>
    public static OnnxModel OneLayer(float[] weight, float[] bias) => new TestNetwork(17, 0, 2, 12, 10)
        .With("conv.weight", [Classes, 2, 3, 3], weight).With("conv.bias", [Classes], bias)
        .Node("Conv", "conv", ["images", "conv.weight", "conv.bias"])
        .Node("GlobalAveragePool", "mean", ["conv"])
        .Node("Flatten", "logits", ["mean"])
        .Build("logits");
}

using Gdws.Onnx;
using Gdws.Tests.Onnx;
using static Gdws.Tests.Torch.TorchNetworks;

namespace Gdws.Tests.Torch.Training;

/// <summary>Networks small enough to be trained, or differentiated by hand, in a test.</summary>
internal static class ToyNetworks
{
    /// <summary>Convolution, batch normalisation, ReLU, linear layer; images 1×6×6, 3 classes. Normalisation of images in front.</summary>
    public static OnnxModel WithBatchNormalization(int classes = 3, string activation = "Relu") => new TestNetwork(17, 0, 1, 6, 6)
        .With("mean", [1], 0.4f).With("std", [1], 0.5f)
        .Weight("conv.weight", 4, 1, 3, 3)
        .With("bn.weight", [4], 1, 0.9f, 1.1f, 1).With("bn.bias", [4], 0, 0.1f, -0.1f, 0)
        .With("bn.running_mean", [4], 0, 0, 0, 0).With("bn.running_var", [4], 1, 1, 1, 1)
        .Weight("fc.weight", classes, 64).With("fc.bias", [classes], new float[classes])
        .Node("Sub", "shifted", ["images", "mean"])
        .Node("Div", "scaled", ["shifted", "std"])
        .Node("Conv", "conv", ["scaled", "conv.weight"])
        .Node("BatchNormalization", "bn", ["conv", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"])
        .Node(activation, "relu", ["bn"])
        .Node("Flatten", "flat", ["relu"])
        .Node("Gemm", "logits", ["flat", "fc.weight", "fc.bias"], node => node.With("transB", 1))
        .Build("logits");

    public static OnnxModel Linear(int classes = 3) =>
        TorchNetworks.Linear([1, 6, 6], [.. Enumerable.Range(0, classes).Select(c => Random(36, c, -0.1f, 0.1f))], new float[classes]);
}

using Gdws.Architectures;
using Gdws.Checkpoints;
using Gdws.Data;
using Gdws.Onnx;
using Gdws.Tests.Onnx;
using Gdws.Torch;
using Gdws.Torch.Evaluation;
using TorchSharp;
using static Gdws.Tests.Torch.TorchNetworks;
using Tensor = TorchSharp.torch.Tensor;

namespace Gdws.Tests.Torch;

public sealed class TorchNetworkTests
{
    [Fact]
    public void TheGdwsFormAtFullRank_IsTheDenseConvolution()
    {
        // Every tap of every channel is a kernel of its own: rank K² for each channel, so nothing is lost.
        const int m = 4, c = 3, size = 7;
        float[] weight = Random(m * c * 9, 1);
        OnnxModel dense = Of("Conv", [c, size, size], n => n.WithList("pads", 1, 1, 1, 1).WithList("strides", 2, 2), ["w"], n => n.With("w", [m, c, 3, 3], weight));

        float[] depthwise = new float[c * 9 * 9];
        float[] pointwise = new float[m * c * 9];
        for (int kernel = 0; kernel < c * 9; kernel++)
        {
            depthwise[(kernel * 9) + (kernel % 9)] = 1;
            for (int output = 0; output < m; output++)
                pointwise[(output * c * 9) + kernel] = weight[(((output * c) + (kernel / 9)) * 9) + (kernel % 9)];
        }

        OnnxModel gdws = new TestNetwork(17, 0, c, size, size)
            .Integers("map", [.. Enumerable.Range(0, c * 9).Select(kernel => (long)(kernel / 9))])
            .With("d", [c * 9, 1, 3, 3], depthwise).With("p", [m, c * 9, 1, 1], pointwise)
            .Node("Gather", "gathered", ["images", "map"], n => n.With("axis", 1))
            .Node("Conv", "kernels", ["gathered", "d"], n => n.With("group", c * 9).WithList("pads", 1, 1, 1, 1).WithList("strides", 2, 2))
            .Node("Conv", "result", ["kernels", "p"])
            .Node("Flatten", "logits", ["result"]).Build("logits");

        float[] x = Random(2 * c * size * size, 2);
        Near(Run(dense, x, 2), Run(gdws, x, 2), 1e-5);
    }

    [Fact]
    public void ImageGradients_AreFiniteDifferences()
    {
        OnnxModel model = Residual();
        using TorchNetwork network = new(model, options: new() { DoublePrecision = true, FoldBatchNormalization = false });
        double[] x = [.. Random(2 * 5 * 5, 3).Select(v => (double)v)];
        using Tensor image = torch.tensor(x).reshape(1, 2, 5, 5).requires_grad_();
        using Tensor logits = network.Forward(image);
        using Tensor squares = logits.pow(2).sum();
        squares.backward();
        double[] gradient = [.. image.grad!.data<double>()];

        for (int i = 0; i < x.Length; i++)
        {
            double difference = (Loss(x, i, 1e-6) - Loss(x, i, -1e-6)) / 2e-6;
            Assert.True(Math.Abs(difference - gradient[i]) < 1e-6 * (1 + Math.Abs(difference)), $"value {i}: {difference} and {gradient[i]}");
        }

        double Loss(double[] at, int position, double change)
        {
            double[] moved = [.. at];
            moved[position] += change;
            using Tensor input = torch.tensor(moved).reshape(1, 2, 5, 5);
            using Tensor output = network.Forward(input);
            using Tensor sum = output.pow(2).sum();
            return sum.item<double>();
        }
    }

    [Fact]
    public void Weights_TakeNoGradients()
    {
        using TorchNetwork network = new(Residual());

        Assert.NotEmpty(network.Constants);
        Assert.All(network.Constants.Values, constant => Assert.False(constant.requires_grad));
    }

    [Fact]
    public void FoldedBatchNormalization_GivesTheSameLogits()
    {
        float[] x = Random(3 * 2 * 5 * 5, 3);

        Near(Run(Residual(), x, 3, new() { FoldBatchNormalization = false }), Run(Residual(), x, 3, new() { FoldBatchNormalization = true }), 1e-5);
    }

    [Fact]
    public void Observers_SeeEveryValueByItsName()
    {
        using TorchNetwork network = new(Residual(), options: new() { FoldBatchNormalization = false });
        List<string> seen = [];
        using Tensor images = Images(network, Random(50, 1), 1);
        using Tensor logits = network.Forward(images, (name, _) => seen.Add(name));

        Assert.Equal(["conv", "bn", "relu", "sum", "pooled", "flat", "logits"], seen);
    }

    [Fact]
    public void IntermediateValues_AreFreed()
    {
        using TorchNetwork network = new(Residual());
        using Tensor images = Images(network, Random(50, 1), 1);
        using DisposeScope scope = torch.NewDisposeScope();
        network.Forward(images).Dispose();

        Assert.Equal(0, scope.DisposablesCount);
    }

    [Fact]
    public void TheFinalSoftmax_CanBeLeftOut()
    {
        OnnxModel model = new TestNetwork(13, 0, 3, 1, 1).Node("Softmax", "p", ["images"], n => n.With("axis", 1)).Node("Flatten", "logits", ["p"]).Build("logits");

        Near([1, 2, 3], Run(model, [1, 2, 3], options: new() { SkipFinalSoftmax = true }));
        Near([1], [Run(model, [1, 2, 3]).Sum()]);
    }

    [Fact]
    public void AnUnknownOperator_IsNamedWithItsNodeAndFile()
    {
        OnnxModel model = new TestNetwork(17, 0, 1, 2, 2).Node("Einsum", "odd", ["images"]).Node("Flatten", "logits", ["odd"]).Build("logits");

        GdwsException exception = Assert.Throws<GdwsException>(() => new TorchNetwork(model));

        Assert.Equal("network: Einsum \"odd_node\": this operator isn't supported by the engine torch", exception.Message);
    }

    [Fact]
    public void ShapesThatDontFit_AreFoundWhenTheNetworkIsMade()
    {
        OnnxModel model = Of("Conv", [2, 5, 5], more: ["w"], constants: n => n.Weight("w", 4, 3, 3, 3));

        GdwsException exception = Assert.Throws<GdwsException>(() => new TorchNetwork(model));

        Assert.StartsWith("network: Conv \"result_node\":", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public void AMissingInput_IsNamed()
    {
        GdwsException exception = Assert.Throws<GdwsException>(() => new TorchNetwork(Of("Conv", [2, 5, 5])));

        Assert.Contains("expected 2 inputs, its input 2 is missing", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ImagesOfAnotherSize_AreRefused()
    {
        using TorchNetwork network = new(Residual());
        using Tensor images = torch.zeros(1, 3, 5, 5);

        GdwsException exception = Assert.Throws<GdwsException>(() => network.Forward(images));

        Assert.Contains("expected images [N, 2, 5, 5], found [1, 3, 5, 5]", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnOpenImageSize_IsRefused()
    {
        OnnxModel model = new TestNetwork(17, 0, 3, 0, 0).Node("Relu", "logits", ["images"]).Build("logits");

        Assert.Contains("expected images [N, C, H, W] with fixed C, H and W", Assert.Throws<GdwsException>(() => new TorchNetwork(model)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void HalfPrecisionNetworks_AreComputedInSinglePrecision()
    {
        OnnxModel model = new TestNetwork(13, 0, 1, 1, 2)
            .Change(m => m.Graph.Initializer.Add(OnnxTensor.CreateHalf("c", [1], [0.5f])))
            .Node("Cast", "half", ["images"], n => n.With("to", 10))
            .Node("Mul", "product", ["half", "c"])
            .Node("Flatten", "logits", ["product"]).Build("logits");

        Near([0.50005f, 1.00005f], Run(model, [1.0001f, 2.0001f]), 1e-7);
    }

    [Fact]
    public void TheEngine_GivesTheSameLogitsForAnyBatch()
    {
        using Gdws.Execution.IEngineSession session = new TorchEngine().Load(Residual(), threads: 1);
        float[] images = Random(3 * session.ImageLength, 4, 0);
        float[] together = new float[3 * session.Classes];
        session.Run(images, 3, together);
        float[] one = new float[session.Classes];
        session.Run(images.AsSpan(session.ImageLength, session.ImageLength), 1, one);

        Near(Run(Residual(), images, 3), together);
        Near(one, together[session.Classes..(2 * session.Classes)]);
    }

    [Fact]
    public void ResNet4b_HasItsNaturalAccuracy()
    {
        OnnxModel model = InputConversion.Parse("0.4914,0.4822,0.4465:0.2471,0.2435,0.2616").Prepend(OnnxModel.Load(SharedFiles.Find("models/resnet_4b.onnx")));
        IImageDataset data = ImageDataset.Open($"cifar10:{SharedFiles.Find("data/cifar10")}").Take(500);
        using TorchNetwork network = new(model);

        EvaluationResult result = new RobustnessEvaluation().Evaluate(network, data);

        Assert.InRange(result.Natural.Accuracy, 75, 80);
        Assert.True(result.Natural.TopFiveAccuracy > 95);
    }

    [Fact]
    public void TheFashionNetwork_HasItsNaturalAccuracy()
    {
        StateDict state = Checkpoint.Load(SharedFiles.Find("models/prn18w16_fmnist_linf25.pth")).State;
        OnnxModel model = Architecture.Build("auto", state, new() { ImageSize = 28, Input = InputConversion.Parse("fashion-mnist") });
        IImageDataset data = ImageDataset.Open($"fashion-mnist:{SharedFiles.Find("data/fashion-mnist")}").Take(1000);
        using TorchNetwork network = new(model);

        EvaluationResult result = new RobustnessEvaluation().Evaluate(network, data);

        Assert.InRange(result.Natural.Accuracy, 82, 87);
    }

    /// <summary>conv, normalisation and ReLU beside a shortcut, pooled; 3 classes.</summary>
    internal static OnnxModel Residual() => new TestNetwork(17, 0, 2, 5, 5)
        .Weight("w", 2, 2, 3, 3).With("scale", [2], 1.5f, -0.7f).With("bias", [2], 0.1f, 0.2f).With("mean", [2], 0.3f, -0.2f).With("var", [2], 0.9f, 2)
        .Weight("fc", 3, 2).With("fcb", [3], 0.1f, 0.2f, 0.3f)
        .Node("Conv", "conv", ["images", "w"], n => n.WithList("pads", 1, 1, 1, 1))
        .Node("BatchNormalization", "bn", ["conv", "scale", "bias", "mean", "var"])
        .Node("Relu", "relu", ["bn"])
        .Node("Add", "sum", ["relu", "images"])
        .Node("GlobalAveragePool", "pooled", ["sum"])
        .Node("Flatten", "flat", ["pooled"])
        .Node("Gemm", "logits", ["flat", "fc", "fcb"], n => n.With("transB", 1))
        .Build("logits");
}

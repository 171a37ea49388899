using Gdws.Architectures;
using Gdws.Checkpoints;
using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Tests.Execution.Engine;

/// <summary>Real networks, as they are and approximated, against ONNX Runtime.</summary>
public sealed class RealNetworksTests
{
    [Theory]
    [InlineData("models/prn18_cifar10_linf8.pth", 1)]
    [InlineData("models/prn18_cifar10_linf8.pth", 3)]
    [InlineData("models/vgg16_cifar10_linf8.pth", 2)]
    [InlineData("models/prn18w16_fmnist_linf25.pth", 33)]
    [InlineData("models/resnet20_pgd.pth", 17)]
    [InlineData("models/resnet20-12fca82f.th", 5)]
    [InlineData("models/kw_svhn.pth", 33)]
    [InlineData("models/resnet_4b.pth", 8)]
    [InlineData("models/resnet_4b.onnx", 7)]
    [InlineData("models/SqueezeNet_fp16.onnx", 2)]
    public void Logits_AreThoseOfOnnxRuntime(string file, int batch) => EngineComparison.AssertAgree(Load(file), batch, threads: 2);

    [Theory]
    [InlineData("models/prn18_cifar10_linf8.pth", 1.0)]
    [InlineData("models/prn18_cifar10_linf8.pth", 1.5)]
    [InlineData("models/vgg16_cifar10_linf8.pth", 2.0)]
    [InlineData("models/prn18w16_fmnist_linf25.pth", 1.5)]
    [InlineData("models/prn18w16_fmnist_linf25.pth", 3.0)]
    [InlineData("models/resnet20_pgd.pth", 0.3)]
    [InlineData("models/resnet_4b.pth", 1.0)]
    [InlineData("models/kw_svhn.pth", 2.0)]
    public void Approximated_LogitsAreThoseOfOnnxRuntime(string file, double kernelsPerChannel)
    {
        OnnxModel network = Load(file);
        OnnxModel approximated = Planner.WithKernelsPerChannel(Spectra.Of(network), kernelsPerChannel, always: true).ApplyTo(network);

        Assert.Contains(approximated.Convolutions, layer => layer.Kind == ConvolutionKind.Gdws);
        EngineComparison.AssertAgree(approximated, 3);
    }

    /// <summary>LEGO leaves most channels of wide layers without any kernel.</summary>
    [Theory]
    [InlineData("models/prn18w16_fmnist_linf25.pth", 60.0)]
    [InlineData("models/resnet20_pgd.pth", 100.0)]
    public void WithMostChannelsUnused_LogitsAreThoseOfOnnxRuntime(string file, double beta)
    {
        OnnxModel network = Load(file);
        OnnxModel approximated = Planner.WithinError(Spectra.Of(network), beta, always: true).ApplyTo(network);

        Assert.Contains(approximated.Convolutions, layer => layer.Kind == ConvolutionKind.Gdws && layer.ChannelMap.Distinct().Count() < layer.Inputs);
        EngineComparison.AssertAgree(approximated, 2);
    }

    [Fact]
    public void EveryInstructionSet_GivesTheSameLogits()
    {
        OnnxModel network = Load("models/prn18w16_fmnist_linf25.pth");

        EngineComparison.AssertAgreeOnAllInstructionSets(Planner.WithKernelsPerChannel(Spectra.Of(network), 1.5).ApplyTo(network), 2);
    }

    internal static OnnxModel Load(string file)
    {
        string path = SharedFiles.Find(file);
        return file.EndsWith(".onnx", StringComparison.Ordinal)
            ? InputConversion.Parse(file.Contains("Squeeze", StringComparison.Ordinal) ? "imagenet" : "cifar10").Prepend(OnnxModel.Load(path))
            : Architecture.Build("auto", Checkpoint.Load(path).State);
    }
}

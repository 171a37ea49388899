using Gdws.Execution.Engine;
using Gdws.Onnx;
using Gdws.Planning;
using Gdws.Tests.Execution.Engine;
using Gdws.Torch;

namespace Gdws.Tests.Torch;

/// <summary>Our engine against libtorch: every real network, dense and GDWS, batches of 1 to 33.</summary>
public sealed class GdwsEngineAgainstTorchTests
{
    [Theory]
    [InlineData("models/prn18_cifar10_linf8.pth", 0, 1)]
    [InlineData("models/prn18_cifar10_linf8.pth", 2.0, 2)]
    [InlineData("models/vgg16_cifar10_linf8.pth", 0, 2)]
    [InlineData("models/vgg16_cifar10_linf8.pth", 1.0, 1)]
    [InlineData("models/prn18w16_fmnist_linf25.pth", 0, 33)]
    [InlineData("models/prn18w16_fmnist_linf25.pth", 0.4, 33)]
    [InlineData("models/resnet20_pgd.pth", 0, 33)]
    [InlineData("models/resnet20_pgd.pth", 1.5, 17)]
    [InlineData("models/resnet20-12fca82f.th", 0, 5)]
    [InlineData("models/resnet20-12fca82f.th", 3.0, 3)]
    [InlineData("models/kw_svhn.pth", 0, 33)]
    [InlineData("models/kw_svhn.pth", 1.0, 9)]
    [InlineData("models/resnet_4b.pth", 0, 8)]
    [InlineData("models/resnet_4b.onnx", 0.3, 7)]
    [InlineData("models/SqueezeNet_fp16.onnx", 0, 1)]
    public void Logits_AreThoseOfTorch(string file, double kernelsPerChannel, int batch)
    {
        OnnxModel network = Execution.Engine.RealNetworksTests.Load(file);
        OnnxModel model = kernelsPerChannel == 0
            ? network
            : Planner.WithKernelsPerChannel(Spectra.Of(network), kernelsPerChannel, always: true).ApplyTo(network);
        float[] images = EngineComparison.Images(model, batch);

        float[] expected = EngineComparison.Run(new TorchEngine(), model, images, batch);

        Gdws.Tests.Planning.OrtRunner.AssertClose(expected, EngineComparison.Run(new GdwsEngine(), model, images, batch, threads: 2), EngineComparison.Tolerance);
    }
}

using Gdws.Execution;
using Gdws.Onnx;
using Gdws.Tests.House.Samples;

namespace Gdws.Tests.House;

/// <summary>The C# samples of README and docs, run.</summary>
public sealed class SamplesTests : IDisposable
{
    private readonly DocumentFiles _files = new();

    private string Data => $"cifar10:{_files.Images("cifar10", "cifar-10-batches-bin")}";

    public void Dispose() => _files.Dispose();

    [Fact]
    public void ApproximateAndRun()
    {
        ApproximateSample.Run(_files["net.onnx"], _files["fast.onnx"]);
        RunSample.Run(_files["fast.onnx"], new float[3 * 32 * 32]);

        Assert.Equal(10, NetworkSignature.Of(OnnxModel.Load(_files["fast.onnx"])).Classes);
    }

    [Fact]
    public void Convert()
    {
        ConvertSample.Run(_files["resnet18.pth"], _files["converted.onnx"]);

        Assert.Equal(17, OnnxModel.Load(_files["converted.onnx"]).Convolutions.Count(layer => layer.KernelHeight == 3));
    }

    [Fact]
    public void MeasureRobustness() => RobustnessSample.Run(_files["net.onnx"], Data);

    [Fact]
    public void Calibrate()
    {
        CalibrateSample.Run(_files["net.onnx"], Data, _files["calibrated.onnx"]);

        Assert.True(2 * NetworkComplexity.Of(OnnxModel.Load(_files["calibrated.onnx"])).Macs <= NetworkComplexity.Of(OnnxModel.Load(_files["net.onnx"])).Macs);
    }
}

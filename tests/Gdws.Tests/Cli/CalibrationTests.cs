using Gdws.Checkpoints;
using Gdws.Onnx;
using Gdws.Planning;
using Gdws.Tests.Onnx;

namespace Gdws.Tests.Cli;

public sealed class CalibrationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _network;
    private readonly string _data;

    public CalibrationTests()
    {
        _network = _folder.Save(Network());
        _data = TinyData.Cifar10(_folder, 12);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("quick")]
    [InlineData("full")]
    public void ACalibratedNetwork_SaysOnWhat(string effort)
    {
        CliRun run = Approximate("--speedup-macs", "1.5", "--samples", "8", "--seed", "3", "--effort", effort, "--eps", "4/255");

        Assert.Equal(0, run.Code);
        GdwsPlan plan = GdwsPlan.Of(OnnxModel.Load(_folder["out.onnx"]))!;
        Assert.Equal((_data, "test", 8, 3, effort), (
            plan.Calibration!.Data, plan.Calibration.Split, plan.Calibration.Images, plan.Calibration.Seed, plan.Calibration.Effort));
        Assert.Contains("pgd linf 0.01568627, 10 steps", plan.Calibration.Attack, StringComparison.Ordinal);
        Assert.True(plan.MacsBefore >= 1.5 * plan.MacsAfter);
        Assert.Contains(plan.Layers, layer => layer.IsGdws);
    }

    [Fact]
    public void TestImagesAndFewOfThem_AreWarnedOf()
    {
        CliRun run = Approximate("--kernels-per-channel", "2", "--samples", "1", "--attack", "none");

        Assert.Equal(0, run.Code);
        Assert.Contains("warning: calibrated on test images", run.Error, StringComparison.Ordinal);
        Assert.Null(GdwsPlan.Of(OnnxModel.Load(_folder["out.onnx"]))!.Calibration!.Attack);
    }

    [Fact]
    public void OptionsOfACalibration_NeedOne()
    {
        CliRun run = CliRun.Of("approximate", _network, "--beta", "1", "--effort", "full", "-o", _folder["out.onnx"]);

        Assert.Equal(2, run.Code);
        Assert.Contains("--effort belongs to a calibration", run.ErrorLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("quick")]
    [InlineData("full")]
    public void ASensitivity_WeighsTheLayersOfACalibration(string effort)
    {
        CliRun made = CliRun.Of("sensitivity", _network, "--data", _data, "--split", "test", "--samples", "6", "--attack", "none", "-o", _folder["alpha.safetensors"]);
        Assert.Equal(0, made.Code);

        Assert.Equal(0, Approximate("--speedup-macs", "1.5", "--samples", "8", "--effort", effort, "--sensitivity", _folder["alpha.safetensors"]).Code);

        GdwsPlan plan = GdwsPlan.Of(OnnxModel.Load(_folder["out.onnx"]))!;
        Assert.NotNull(plan.SensitivitySha256);
        Assert.NotNull(plan.Calibration);
        Assert.True(plan.MacsBefore >= 1.5 * plan.MacsAfter);
    }

    [Fact]
    public void ASensitivityThatLacksALayer_IsOneLineAndWritesNothing()
    {
        SafeTensors.Write(_folder["alpha.safetensors"], [new CheckpointTensor("conv1", ElementType.Float32, [3], new byte[12])]);

        CliRun run = CliRun.Of(
            "approximate", _network, "-o", _folder["out.onnx"], "--beta", "0.1", "--calibrate", _data, "--split", "test", "--sensitivity", _folder["alpha.safetensors"]);

        Assert.Equal(1, run.Code);
        Assert.Contains("conv2", run.ErrorLine, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["out.onnx"]));
    }

    [Fact]
    public void OnOnnxRuntime_TheCalibratedNetworkIsRightOnTheSameImages()
    {
        Assert.Equal(0, Approximate("--speedup-macs", "1.5", "--samples", "8").Code);

        int[] right = [.. new[] { "onnxruntime", "torch", "gdws" }.Select(engine => CliRun.Of(
                "evaluate", _folder["out.onnx"], "--data", _data, "--engine", engine, "--json", "-").Json.GetProperty("natural").GetProperty("correct").GetInt32())];

        Assert.Single(right.Distinct());
    }

    [Theory]
    [InlineData("quick")]
    [InlineData("full")]
    public void ASpeedupThatCantBeReached_IsOneLineWithTheBestThatCan(string effort)
    {
        CliRun run = Approximate("--speedup-macs", "1000", "--samples", "4", "--effort", effort);

        Assert.Equal(1, run.Code);
        Assert.Contains("a speed-up of 1000 in MACs can't be reached", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["out.onnx"]));
    }

    [Fact]
    public void ACancelledCalibration_WritesNothing()
    {
        using CancellationTokenSource source = new();
        source.Cancel();

        CliRun run = CliRun.Of(source.Token, "approximate", _network, "--beta", "0.1", "--calibrate", _data, "--split", "test", "-o", _folder["out.onnx"]);

        Assert.NotEqual(0, run.Code);
        Assert.False(File.Exists(_folder["out.onnx"]));
    }

    private CliRun Approximate(params string[] arguments) =>
        CliRun.Of(["approximate", _network, "-o", _folder["out.onnx"], "--calibrate", _data, "--split", "test", .. arguments]);

    /// <summary>Image [N, 3, 32, 32] → 3×3 to 8 channels, stride 4 → ReLU → 3×3 to 16 → mean → linear to 10.</summary>
    internal static OnnxModel Network() => new TestNetwork(17, 0, 3, 32, 32)
        .Weight("conv1.weight", 8, 3, 3, 3)
        .Node("Conv", "a", ["images", "conv1.weight"], n => n.WithList("pads", 1, 1, 1, 1).WithList("strides", 4, 4))
        .Node("Relu", "r", ["a"])
        .Weight("conv2.weight", 16, 8, 3, 3)
        .Node("Conv", "b", ["r", "conv2.weight"], n => n.WithList("pads", 1, 1, 1, 1))
        .Node("GlobalAveragePool", "mean", ["b"])
        .Node("Flatten", "flat", ["mean"])
        .Weight("linear.weight", 10, 16)
        .Weight("linear.bias", 10)
        .Node("Gemm", "logits", ["flat", "linear.weight", "linear.bias"], n => n.With("transB", 1))
        .Build("logits");
}

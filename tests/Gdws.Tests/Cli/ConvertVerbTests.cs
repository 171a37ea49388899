using System.Text.Json;
using Gdws.Onnx;
using Gdws.Tests.Execution;

namespace Gdws.Tests.Cli;

public sealed class ConvertVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ANetworkThatWantsPreparedImages_GetsThePreparationInside()
    {
        string source = _folder.Save(SmallNetworks.Classifier(0));

        CliRun run = CliRun.Of("convert", source, "--channel-order", "bgr", "--input-scale", "255", "--normalize", "104,117,123:1,1,1", "-o", _folder["out.onnx"]);

        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.True(OnnxModel.Load(_folder["out.onnx"]).Nodes.Count > OnnxModel.Load(source).Nodes.Count);
        Assert.Contains("takes 3×8×6 images in [0,1], tells 5 classes apart", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void ACheckpoint_BecomesANetworkWithTheAccuracyThatItHas()
    {
        string source = SharedFiles.Find("models/resnet20_pgd.pth"), data = SharedFiles.Find("data/cifar10");

        JsonElement converted = CliRun.Of("convert", source, "--normalize", "imagenet", "-o", _folder["out.onnx"], "--json", "-").Json;
        JsonElement evaluated = CliRun.Of("evaluate", _folder["out.onnx"], "--data", $"cifar10:{data}", "--json", "-").Json;

        Assert.Equal("resnet20", converted.GetProperty("architecture").GetString());
        Assert.Equal(431, evaluated.GetProperty("natural").GetProperty("correct").GetInt32());
    }

    [Fact]
    public void AnOptionForCheckpoints_IsRefusedForANetwork()
    {
        CliRun run = CliRun.Of("convert", _folder.Save(SmallNetworks.Classifier(0)), "--arch", "resnet18", "-o", _folder["out.onnx"]);

        Assert.Equal(1, run.Code);
        Assert.Contains("--arch is for checkpoints", run.ErrorLine, StringComparison.Ordinal);
        Assert.Equal(["net.onnx"], _folder.Files);
    }

    [Theory]
    [InlineData("0.5:0.25", 1)]
    [InlineData("0.5,0.5:0.25", 2)]
    [InlineData("vgg", 2)]
    [InlineData("0,0,0:1,1,0", 2)]
    public void ANormalisationThatDoesntFit_IsOneLineAndWritesNothing(string normalisation, int code)
    {
        CliRun run = CliRun.Of("convert", _folder.Save(SmallNetworks.Classifier(0)), "--normalize", normalisation, "-o", _folder["out.onnx"]);

        Assert.Equal((code, ""), (run.Code, run.Output));
        Assert.StartsWith("error: ", run.ErrorLine, StringComparison.Ordinal);
        Assert.Equal(["net.onnx"], _folder.Files);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("\u0001\u0001\u0001\u0001\u0001\u0001\u0001\u0040{\"a\":1}", "header")]
    public void ADamagedCheckpoint_IsNotToldToBeConverted(string content, string expected)
    {
        File.WriteAllText(_folder["net.safetensors"], content);

        CliRun run = CliRun.Of("convert", _folder["net.safetensors"], "-o", _folder["out.onnx"]);

        Assert.Equal(1, run.Code);
        Assert.Contains(expected, run.ErrorLine, StringComparison.Ordinal);
        Assert.DoesNotContain("gdws convert", run.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileThatIsNeither_IsOneLine()
    {
        File.WriteAllText(_folder["net.txt"], "hello");

        CliRun run = CliRun.Of("convert", _folder["net.txt"], "-o", _folder["out.onnx"]);

        Assert.Equal(1, run.Code);
        Assert.Contains("net.txt", run.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void AFullDisk_IsOneLine()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "this system has no /dev/full");

        CliRun run = CliRun.Of("convert", _folder.Save(SmallNetworks.Classifier(0)), "-o", "/dev/full");

        Assert.Equal((1, ""), (run.Code, run.Output));
        Assert.Contains("No space left", run.ErrorLine, StringComparison.Ordinal);
    }
}

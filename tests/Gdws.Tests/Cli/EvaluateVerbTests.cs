using System.Text.Json;
using Gdws.Onnx;
using Gdws.Tests.Execution;
using Gdws.Tests.Onnx;

namespace Gdws.Tests.Cli;

public sealed class EvaluateVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Accuracy_IsThatOfANetworkThatAlwaysSaysTheSameClass()
    {
        string data = TinyData.Cifar10(_folder, 25);

        CliRun run = CliRun.Of("evaluate", _folder.Save(Always(3)), "--data", data);

        Assert.Equal(0, run.Code);
        Assert.Contains("natural accuracy  12 % (3 of 25)", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_HasTheKeysThatAreFixed()
    {
        string data = TinyData.Cifar10(_folder, 25), network = _folder.Save(Always(4));

        JsonElement json = CliRun.Of("evaluate", network, "--data", data, "--limit", "20", "--seed", "7", "--json", "-").Json;

        Assert.Equal(["network", "data", "split", "images", "seed", "device", "seconds", "natural", "robust"], CliRun.Keys(json));
        Assert.Equal((network, data, "test", 20, 7, "cpu"), (
            json.GetProperty("network").GetString(), json.GetProperty("data").GetString(), json.GetProperty("split").GetString(),
            json.GetProperty("images").GetInt32(), json.GetProperty("seed").GetInt32(), json.GetProperty("device").GetString()));
        JsonElement natural = json.GetProperty("natural");
        Assert.Equal(["correct", "accuracy", "top5"], CliRun.Keys(natural));
        Assert.Equal((2, 10.0), (natural.GetProperty("correct").GetInt32(), natural.GetProperty("accuracy").GetDouble()));
    }

    [Fact]
    public void ImagesThatDontFit_AreRefusedWithBothSizes()
    {
        CliRun run = CliRun.Of("evaluate", _folder.Save(SmallNetworks.Classifier(0)), "--data", TinyData.Cifar10(_folder, 5));

        Assert.Equal(1, run.Code);
        Assert.Contains("3×8×6", run.ErrorLine, StringComparison.Ordinal);
        Assert.Contains("3×32×32", run.ErrorLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cifar10:nowhere")]
    [InlineData("cifar1000:nowhere")]
    [InlineData("nowhere")]
    public void DataThatArentThere_AreOneLine(string data)
    {
        CliRun run = CliRun.Of("evaluate", _folder.Save(Always(0)), "--data", data);

        Assert.Equal((1, ""), (run.Code, run.Output));
        Assert.StartsWith("error: ", run.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void ACheckpoint_IsRefusedWithTheCommandThatHelps()
    {
        string file = _folder["net.pth"];
        File.WriteAllBytes(file, [0x80, 2, (byte)'}', (byte)'.']);

        CliRun run = CliRun.Of("evaluate", file, "--data", TinyData.Cifar10(_folder, 5));

        Assert.Equal(1, run.Code);
        Assert.Contains($"gdws convert {file} -o {_folder["net.onnx"]}", run.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void WhenCancelled_NothingIsWritten()
    {
        string data = TinyData.Cifar10(_folder, 25), network = _folder.Save(Always(0));
        using CancellationTokenSource stop = new();
        stop.Cancel();

        CliRun run = CliRun.Of(stop.Token, "evaluate", network, "--data", data, "--json", _folder["out.json"]);

        Assert.Equal((130, ""), (run.Code, run.Output));
        Assert.DoesNotContain("out.json", _folder.Files);
    }

    /// <summary>A network for CIFAR-10 whose logits don't depend on the image.</summary>
    internal static OnnxModel Always(int label) => new TestNetwork(17, 0, 3, 32, 32)
        .Weight("conv1.weight", 4, 3, 3, 3)
        .Node("Conv", "conv1", ["images", "conv1.weight"], n => n.WithList("pads", 1, 1, 1, 1))
        .Node("GlobalAveragePool", "mean", ["conv1"])
        .Node("Flatten", "flat", ["mean"])
        .Change(m => m.Graph.Initializer.Add(OnnxTensor.Create("linear.weight", [10, 4], new float[40])))
        .Change(m => m.Graph.Initializer.Add(OnnxTensor.Create("linear.bias", [10], [.. Enumerable.Range(0, 10).Select(i => i == label ? 1f : 0f)])))
        .Node("Gemm", "logits", ["flat", "linear.weight", "linear.bias"], n => n.With("transB", 1))
        .Build("logits");
}

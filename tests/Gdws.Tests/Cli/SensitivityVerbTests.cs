using System.Text.Json;
using Gdws.Onnx;
using Gdws.Planning;
using Gdws.Tests.Onnx;
using Gdws.Torch.Sensitivity;

namespace Gdws.Tests.Cli;

public sealed class SensitivityVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Alpha => _folder["alpha.safetensors"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheFile_HoldsAVectorALayerAndHowItWasMade()
    {
        CliRun run = Run("--samples", "3", "--seed", "5", "--eps", "4/255", "--iterations", "2", "--competing", "4");

        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Contains("α of 2 layers from 3 images", run.Output, StringComparison.Ordinal);
        SensitivityEstimate estimate = SensitivityFile.Read(Alpha);
        Assert.Equal(["conv1", "conv2"], estimate.Layers.Keys.Order());
        Assert.Equal((3, 6), (estimate.Layers["conv1"].Length, estimate.Layers["conv2"].Length));
        Assert.Equal(("3", "5", "2", "4", "pgd", "no"), (
            estimate.Metadata["images"], estimate.Metadata["seed"], estimate.Metadata["iterations"], estimate.Metadata["competing_classes"],
            estimate.Metadata["attack"], estimate.Metadata["stop_when_broken"]));
        Assert.Equal(4 / 255.0, double.Parse(estimate.Metadata["epsilon"]));
        Assert.Equal(1 / 255.0, double.Parse(estimate.Metadata["step"]), 1e-15);
    }

    [Fact]
    public void Json_TellsOfEveryLayer()
    {
        JsonElement json = Run("--attack", "none", "--json", "-").Json;

        Assert.Equal(["network", "output", "data", "split", "images", "seconds", "metadata", "layers"], CliRun.Keys(json));
        Assert.Equal((8, "test", "none"), (
            json.GetProperty("images").GetInt32(), json.GetProperty("split").GetString(), json.GetProperty("metadata").GetProperty("attack").GetString()));
        Assert.Equal(["conv1", "conv2"], json.GetProperty("layers").EnumerateArray().Select(layer => layer.GetProperty("name").GetString()));
    }

    [Fact]
    public void ItIsForTrainingImages_UnlessOtherwiseSaid()
    {
        CliRun run = CliRun.Of("sensitivity", _folder.Save(Network()), "--data", TinyData.Cifar10(_folder, 4), "-o", Alpha);

        Assert.Equal(1, run.Code);
        Assert.Contains("data_batch_1.bin", run.ErrorLine, StringComparison.Ordinal);
        Assert.DoesNotContain("alpha.safetensors", _folder.Files);
    }

    [Fact]
    public void Approximate_WeightsTheErrorByIt()
    {
        Assert.Equal(0, Run("--attack", "none").Code);
        string network = _folder["net.onnx"];

        CliRun run = CliRun.Of("approximate", network, "--kernels-per-channel", "1", "--sensitivity", Alpha, "--plan", _folder["plan.json"], "-o", _folder["out.onnx"]);

        Assert.Equal((0, ""), (run.Code, run.Error));
        GdwsPlan plan = GdwsPlan.Load(_folder["plan.json"]);
        Assert.Equal(SensitivityFile.Read(Alpha).Weight(Spectra.Of(OnnxModel.Load(network))).SensitivitySha256, plan.SensitivitySha256);
        Assert.NotNull(plan.SensitivitySha256);
    }

    [Fact]
    public void OfAnotherNetwork_ItIsUsedWithAWarning()
    {
        Assert.Equal(0, Run("--attack", "none").Code);
        string other = _folder.Save(Network(bias: 1), "other.onnx");

        CliRun run = CliRun.Of("approximate", other, "--beta", "0.1", "--sensitivity", Alpha, "-o", _folder["out.onnx"]);

        Assert.Equal(0, run.Code);
        Assert.Contains($"warning: {Alpha}: was made from another network than {other}", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void OfANetworkWithOtherLayers_ItIsRefusedWithTheLayer()
    {
        SensitivityFile.Write(Alpha, new SensitivityEstimate("test", new Dictionary<string, float[]> { ["conv1"] = [1, 1, 1] }, new Dictionary<string, string>()));

        CliRun run = CliRun.Of("approximate", _folder.Save(Network()), "--beta", "0.1", "--sensitivity", Alpha, "-o", _folder["out.onnx"]);

        Assert.Equal(1, run.Code);
        Assert.StartsWith($"error: {Alpha}: the sensitivity has no values for the layer conv2", run.ErrorLine, StringComparison.Ordinal);
        Assert.DoesNotContain("out.onnx", _folder.Files);
    }

    [Fact]
    public void WhenCancelled_NothingIsWritten()
    {
        using CancellationTokenSource stop = new();
        stop.Cancel();

        CliRun run = CliRun.Of(stop.Token, Arguments());

        Assert.Equal((130, ""), (run.Code, run.Output));
        Assert.DoesNotContain("alpha.safetensors", _folder.Files);
    }

    private CliRun Run(params string[] more) => CliRun.Of(Arguments(more));

    private string[] Arguments(params string[] more) =>
        ["sensitivity", _folder.Save(Network()), "--data", TinyData.Cifar10(_folder, 8), "--split", "test", "-o", Alpha, .. more];

    private static OnnxModel Network(float bias = 0) => new TestNetwork(17, 0, 3, 32, 32)
        .Weight("conv1.weight", 6, 3, 3, 3)
        .Node("Conv", "conv1", ["images", "conv1.weight"], n => n.WithList("strides", 2, 2))
        .Node("Relu", "relu1", ["conv1"])
        .Weight("conv2.weight", 10, 6, 3, 3)
        .Change(m => m.Graph.Initializer.Add(OnnxTensor.Create("conv2.bias", [10], [bias, 0, 0, 0, 0, 0, 0, 0, 0, 0])))
        .Node("Conv", "conv2", ["relu1", "conv2.weight", "conv2.bias"])
        .Node("GlobalAveragePool", "mean", ["conv2"])
        .Node("Flatten", "logits", ["mean"])
        .Build("logits");
}

using System.Text.Json;
using Gdws.Onnx;
using Gdws.Tests.Onnx;
using Gdws.Tests.Torch;

namespace Gdws.Tests.Cli;

[Collection(SteadyThreads.Name)]
public sealed class PruneVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Output => _folder["pruned.onnx"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("hydra", 2)]
    [InlineData("admm", 3)]
    [InlineData("magnitude", 1)]
    public void TheNetwork_HasTheShareOfWeightsAskedFor(string method, int stages)
    {
        string[] more = method == "admm" ? ["--rounds", "2"] : [];
        CliRun run = Run(["--method", method, "--ratio", "0.75", .. more]);

        Assert.Equal(0, run.Code);
        Assert.Contains("239 of 954 weights stay (3.99× smaller)", run.Output, StringComparison.Ordinal);
        Assert.Contains("fine-tuning", run.Output, StringComparison.Ordinal);
        Assert.Equal(stages, run.OutputLines.SkipWhile(line => !line.StartsWith('─')).Skip(1).TakeWhile(line => line.Length > 0).Count());
        OnnxModel pruned = OnnxModel.Load(Output);
        int zeros = pruned.Graph.Initializer.Where(t => t.Name.EndsWith("weight", StringComparison.Ordinal)).Sum(t => t.ToSingles().Count(value => value == 0));
        Assert.Equal(715, zeros);
    }

    [Fact]
    public void Filters_LeaveTheNetwork()
    {
        JsonElement json = Run("--method", "magnitude", "--structure", "filter", "--ratio", "0.5", "--json", "-").Json;

        Assert.Equal(8, json.GetProperty("removed_channels").GetInt32());
        Assert.True(json.GetProperty("macs_after").GetInt64() < json.GetProperty("macs_before").GetInt64());
        Assert.Equal([4, 3, 3, 3], OnnxModel.Load(Output).Constant("conv1.weight")!.Shape());
    }

    [Fact]
    public void TheSameSeed_GivesTheSameFile()
    {
        Assert.Equal(0, Run("--seed", "4").Code);
        byte[] first = File.ReadAllBytes(Output);
        Assert.Equal(0, Run("--seed", "4").Code);
        Assert.Equal(first, File.ReadAllBytes(Output));
        Assert.Equal(0, Run("--seed", "5").Code);
        Assert.NotEqual(first, File.ReadAllBytes(Output));
    }

    [Theory]
    [InlineData("--ratio", "0", "--ratio 0: nothing would go")]
    [InlineData("--ratio", "95", "--ratio 95: expected a number of at least 0 and below 1")]
    [InlineData("--rounds", "3", "--method hydra has no --rounds")]
    [InlineData("--loss", "bce", "--loss bce: expected")]
    [InlineData("--beta", "6", "--loss pgd has no --beta")]
    public void WrongUsage_IsToldInOneLine(string option, string value, string message)
    {
        CliRun run = Run(option, value);

        Assert.Equal(2, run.Code);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("pruned.onnx", _folder.Files);
    }

    [Fact]
    public void ANetworkForOtherImages_IsRefused()
    {
        CliRun run = CliRun.Of("prune", _folder.Save(Network(channels: 1)), "--data", TinyData.Cifar10(_folder, 8), "--split", "test", "--epochs", "1", "-o", Output);

        Assert.Equal(1, run.Code);
        Assert.Contains("3", run.Error.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("pruned.onnx", _folder.Files);
    }

    [Fact]
    public void WhenCancelled_NothingIsWritten()
    {
        using CancellationTokenSource stop = new();
        stop.Cancel();

        Assert.Equal(130, CliRun.Of(stop.Token, Arguments()).Code);
        Assert.DoesNotContain("pruned.onnx", _folder.Files);
    }

    private CliRun Run(params string[] more) => CliRun.Of(Arguments(more));

    private string[] Arguments(params string[] more) =>
    [
        "prune", _folder.Save(Network()), "--data", TinyData.Cifar10(_folder, 16), "--split", "test", "--epochs", "1", "--batch", "8",
        "--iterations", "1", "-o", Output, .. more,
    ];

    private static OnnxModel Network(int channels = 3) => new TestNetwork(17, 0, channels, 32, 32)
        .Weight("conv1.weight", 8, channels, 3, 3)
        .Node("Conv", "conv1", ["images", "conv1.weight"], n => n.WithList("strides", 2, 2))
        .Node("Relu", "relu1", ["conv1"])
        .Weight("conv2.weight", 9, 8, 3, 3)
        .Node("Conv", "conv2", ["relu1", "conv2.weight"])
        .Node("GlobalAveragePool", "mean", ["conv2"])
        .Node("Flatten", "flat", ["mean"])
        .Weight("fc.weight", 10, 9)
        .Node("Gemm", "logits", ["flat", "fc.weight"], n => n.With("transB", 1))
        .Build("logits");
}

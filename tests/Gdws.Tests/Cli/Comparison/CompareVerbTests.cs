using System.Text.Json;
using Gdws.Cli;
using Gdws.Cli.Sweeps;
using Gdws.Onnx;
using Gdws.Tests.Torch;

namespace Gdws.Tests.Cli.Comparison;

[Collection(SteadyThreads.Name)]
public sealed class CompareVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _network;
    private readonly string _data;

    public CompareVerbTests()
    {
        _network = _folder.Save(CalibrationTests.Network());
        _data = TinyData.Cifar10(_folder, 24);
        File.Copy(_folder["cifar/test_batch.bin"], _folder["cifar/data_batch_1.bin"]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AComparison_HasARowANetwork_AndASecondOneComputesNothing()
    {
        string[] arguments = Arguments("--ratios", "0.75", "--filter-ratios", "0.5", "--calibrate", _data, "--samples", "8");
        CliRun first = CliRun.Of(arguments);

        Assert.True(first.Code == 0, first.Error);
        Assert.All(first.OutputLines.TakeWhile(line => line.Length > 0), line => Assert.True(line.Length <= 100, line));
        SweepResult result = SweepJson.Read<SweepResult>(File.ReadAllText(_folder["out/results.json"]));
        Assert.Equal(
            [
                "dense.onnx", "gdws-macs-1.5.onnx", "calibrated-macs-1.5.onnx", "magnitude-0.75.onnx", "hydra-0.75.onnx", "admm-0.75.onnx",
                "magnitude-filter-0.5.onnx", "hydra-filter-0.5.onnx", "admm-filter-0.5.onnx",
            ],
            result.Networks.Select(network => network.Network));
        Assert.All(result.Networks, network => Assert.True(network is { Fps: > 0, Natural.Images: 20, RobustCount.Images: 4, SizeRatio: >= 1 }));
        NetworkResult[] pruned = [.. result.Networks.Skip(3)];
        Assert.All(pruned, network => Assert.True(network.Pruning is { Weights: > 0, Recipe.Count: > 5 } && network.Seconds >= network.Pruning.Stages.Sum(s => s.Seconds)));
        Assert.Equal([1, 2, 2, 1, 2, 2], pruned.Select(network => network.Pruning!.Stages.Count));
        Assert.All(pruned.SelectMany(network => network.Pruning!.Stages), stage => Assert.Equal(1, stage.Epochs));
        Assert.All(pruned[..3], network => Assert.True(network.SpeedupMacs == 1 && network.SizeRatio > 2.5));
        Assert.All(pruned[3..], network => Assert.True(network.SpeedupMacs > 1 && network.Pruning!.RemovedChannels > 0));
        byte[] results = File.ReadAllBytes(_folder["out/results.json"]), report = File.ReadAllBytes(_folder["out/report.html"]);

        CliRun second = CliRun.Of(arguments);

        Assert.Contains("0 answers computed", second.Output, StringComparison.Ordinal);
        Assert.Equal(results, File.ReadAllBytes(_folder["out/results.json"]));
        Assert.Equal(report, File.ReadAllBytes(_folder["out/report.html"]));
        Assert.Contains("Size and time", File.ReadAllText(_folder["out/report.html"]), StringComparison.Ordinal);
    }

    [Fact]
    public void OneMoreRatio_TrainsThatNetworkAlone()
    {
        CliRun.Of(Arguments("--ratios", "0.75", "--methods", "magnitude"));
        CliRun more = CliRun.Of(Arguments("--ratios", "0.75,0.9", "--methods", "magnitude"));

        // The network, how it was pruned, its two accuracies, and all speeds against each other.
        Assert.Contains("5 answers computed", more.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void TheSizeRatio_CountsWhatIsntZero()
    {
        CliRun run = CliRun.Of(Arguments("--ratios", "0.75", "--methods", "magnitude", "--json", "-"));

        JsonElement pruned = run.Json.GetProperty("networks")[2];
        OnnxModel network = OnnxModel.Load(_folder["out/magnitude-0.75.onnx"]);
        int zeros = network.Graph.Initializer.Where(t => t.Name.EndsWith("weight", StringComparison.Ordinal)).Sum(t => t.ToSingles().Count(value => value == 0));
        long parameters = NetworkComplexity.Of(network).Parameters;
        Assert.Equal((double)parameters / (parameters - zeros), pruned.GetProperty("size_ratio").GetDouble(), 9);
        Assert.Equal("magnitude", pruned.GetProperty("pruning").GetProperty("method").GetString());
        Assert.Equal("fine-tuning", pruned.GetProperty("pruning").GetProperty("stages")[0].GetProperty("name").GetString());
    }

    [Fact]
    public void TheStepsByHand_AreCommandsThatAreUnderstood_AndPruneToTheSameBytes()
    {
        CliRun run = CliRun.Of(Arguments("--ratios", "0.75", "--methods", "hydra,magnitude", "--json", "-"));
        string[] commands =
            [.. run.Json.GetProperty("steps").EnumerateArray().Select(step => step.GetString()!), run.Json.GetProperty("command").GetString()!];

        Assert.All(commands, command => Assert.Null(GdwsCommandLine.Mistake(command["gdws ".Length..].Split(' '))));
        string[] prune = commands.Single(command => command.Contains("--method hydra", StringComparison.Ordinal))["gdws ".Length..].Split(' ');
        prune[1] = _folder["out/dense.onnx"];
        prune[^1] = _folder["again.onnx"];
        Assert.Equal(0, CliRun.Of(prune).Code);
        Assert.Equal(File.ReadAllBytes(_folder["out/hydra-0.75.onnx"]), File.ReadAllBytes(_folder["again.onnx"]));
    }

    [Theory]
    [InlineData("--ratios", "95", "--ratios 95: expected shares above 0 and below 1 such as 0.9,0.95, found '95'")]
    [InlineData("--ratios", "0.9,0.90", "--ratios 0.9,0.90: 0.90 is there twice")]
    [InlineData("--methods", "hydra,lottery", "--methods hydra,lottery: expected some of hydra,admm,magnitude, found 'lottery'")]
    [InlineData("--train-data", "cifar:x", "unknown kind 'cifar'")]
    [InlineData("--filter-ratios", "1", "--filter-ratios 1: expected shares above 0 and below 1")]
    public void WrongUsage_IsToldInOneLine(string option, string value, string message)
    {
        CliRun run = CliRun.Of(Arguments(option, value));

        Assert.Equal(2, run.Code);
        Assert.Contains(message, run.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void ImagesThatAccuracyIsMeasuredOn_ArentTrainedOn()
    {
        string[] all = ["compare", _network, "--data", "samples", "--ratios", "0.5", "-o", _folder["out"]];
        CliRun run = CliRun.Of(all);

        Assert.Equal(1, run.Code);
        Assert.Contains("that accuracy is measured on; give others by --train-data", run.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void ALossWithoutAnAttack_IsRefused()
    {
        CliRun run = CliRun.Of("compare", _network, "--data", _data, "--loss", "trades", "-o", _folder["out"]);

        Assert.Equal(1, run.Code);
        Assert.Contains("--loss trades trains against an attack", run.ErrorLine, StringComparison.Ordinal);
    }

    private string[] Arguments(params string[] more) =>
    [
        "compare", _network, "--data", _data, "--limit", "20", "--budgets", "1.5", "--attack", "pgd", "--eps", "4/255", "--iterations", "2", "--attack-limit", "4",
        "--seconds", "0.02", "--pictures", "0", "--train-limit", "16", "--loss", "fast", "--epochs", "1", "-o", _folder["out"], .. more,
    ];
}

using System.Text.Json;
using Gdws.Cli.Sweeps;
using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Tests.Cli.Sweeps;

public sealed class SweepVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _network;
    private readonly string _data;

    public SweepVerbTests()
    {
        _network = _folder.Save(CalibrationTests.Network());
        _data = TinyData.Cifar10(_folder, 24);
        File.Copy(_folder["cifar/test_batch.bin"], _folder["cifar/data_batch_1.bin"]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ASweep_WritesNetworksResultsAndReport_AndASecondOneComputesNothing()
    {
        CliRun first = Sweep("1.5,2", "--calibrate", _data, "--samples", "8");

        Assert.True(first.Code == 0, first.Error);
        Assert.Contains("17 answers computed, 0 known before", first.Output, StringComparison.Ordinal);
        string[] files =
        [
            "calibrated-macs-1.5.onnx", "calibrated-macs-1.5.plan.json", "calibrated-macs-2.onnx", "dense.onnx", "gdws-macs-1.5.onnx", "gdws-macs-2.onnx",
            "gdws-macs-2.plan.json", "report.html", "results.json",
        ];
        Assert.All(files, file => Assert.Contains(Path.Combine("out", file), _folder.Files));
        SweepResult result = SweepJson.Read<SweepResult>(File.ReadAllText(_folder["out/results.json"]));
        Assert.Equal(
            [NetworkKind.Dense, NetworkKind.Gdws, NetworkKind.Gdws, NetworkKind.Calibrated, NetworkKind.Calibrated], result.Networks.Select(network => network.Kind));
        Assert.All(result.Networks.Skip(1), network => Assert.True(network.SpeedupMacs >= network.Budget!.Value));
        Assert.All(result.Networks, network => Assert.True(network is { Fps: > 0, Natural.Images: 20, RobustCount.Images: 6 }));
        Assert.True(GdwsPlan.Of(OnnxModel.Load(_folder["out/calibrated-macs-2.onnx"]))!.Calibration is { Split: "train", Images: 8 });
        byte[] results = File.ReadAllBytes(_folder["out/results.json"]), report = File.ReadAllBytes(_folder["out/report.html"]);

        CliRun second = Sweep("1.5,2", "--calibrate", _data, "--samples", "8");

        Assert.Contains("0 answers computed, 17 known before", second.Output, StringComparison.Ordinal);
        Assert.Equal(results, File.ReadAllBytes(_folder["out/results.json"]));
        Assert.Equal(report, File.ReadAllBytes(_folder["out/report.html"]));
    }

    [Fact]
    public void OneMoreBudget_ComputesWhatIsNew()
    {
        Sweep("1.5");
        CliRun more = Sweep("1.5,2");

        // The new network with its two accuracies, and all speeds against each other; the gallery shows the first of networks of one size.
        Assert.Contains("4 answers computed, 7 known before", more.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void LayersThatAreTimed_HaveMillisecondsInTableAndPage()
    {
        CliRun run = Sweep("1.5", "--layers");

        Assert.True(run.Code == 0, run.Error);
        SweepResult result = SweepJson.Read<SweepResult>(File.ReadAllText(_folder["out/results.json"]));
        Assert.All(result.Networks[1].Layers, layer => Assert.True(layer is { MillisecondsBefore: > 0, MillisecondsAfter: > 0 }, $"{layer}"));
        Assert.Equal(result.Networks[1].Layers[0].MillisecondsBefore, result.Networks[1].Layers[0].MillisecondsAfter);
        Assert.Contains("ms before", File.ReadAllText(_folder["out/report.html"]), StringComparison.Ordinal);
        Assert.Contains("0 answers computed", Sweep("1.5", "--layers").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void OtherImages_AreAnotherQuestion()
    {
        Sweep("1.5");
        byte[] bytes = File.ReadAllBytes(_folder["cifar/test_batch.bin"]);
        bytes[100] ^= 1;
        File.WriteAllBytes(_folder["cifar/test_batch.bin"], bytes);

        // Networks and speeds stay.
        Assert.Contains("5 answers computed, 3 known before", Sweep("1.5").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void ASweepThatIsStopped_LeavesItsAnswersAndNothingHalfWritten()
    {
        using CancellationTokenSource stop = new();
        stop.Cancel();

        CliRun run = CliRun.Of(stop.Token, Arguments("1.5"));

        Assert.Equal((130, "stopped"), (run.Code, run.ErrorLine));
        Assert.DoesNotContain(_folder.Files, file => file.EndsWith(".html", StringComparison.Ordinal) || file.EndsWith(".tmp", StringComparison.Ordinal));
        Assert.Equal(0, Sweep("1.5").Code);
    }

    [Fact]
    public void ABudgetThatCantBeReached_IsSaidBeforeAnythingIsMeasured()
    {
        CliRun run = Sweep("1.5,1000");

        Assert.Equal(1, run.Code);
        Assert.Contains("a speed-up of 1000 in MACs can't be reached", run.ErrorLine, StringComparison.Ordinal);
        Assert.DoesNotContain(_folder.Files, file => file.Contains("natural", StringComparison.Ordinal));
    }

    [Fact]
    public void ImagesOfTheSameFile_AreNotBothCalibratedOnAndJudgedBy()
    {
        CliRun run = CliRun.Of(
            "sweep", _network, "--data", _data, "--split", "train", "--limit", "16", "--budgets", "1.5", "--calibrate", _data, "--samples", "100", "--attack", "none",
            "--seconds", "0.02", "-o", _folder["out"], "--json", "-");

        Assert.True(run.Code == 0, run.Error);
        Assert.Equal(8, run.Json.GetProperty("networks")[2].GetProperty("calibration").GetProperty("images").GetInt32());
        Assert.DoesNotContain(run.Json.GetProperty("steps").EnumerateArray(), step => step.GetString()!.Contains("--calibrate", StringComparison.Ordinal));
    }

    [Fact]
    public void TheStepsByHand_AreCommandsThatAreUnderstood()
    {
        JsonElement json = JsonDocument.Parse(CliRun.Of([.. Arguments("1.5,2"), "--calibrate", _data, "--samples", "8", "--json", "-"]).Output).RootElement;
        string[] commands = [.. json.GetProperty("steps").EnumerateArray().Select(step => step.GetString()!), json.GetProperty("command").GetString()!];

        Assert.Equal(16, commands.Length);
        Assert.All(commands, command => Assert.Null(Gdws.Cli.GdwsCommandLine.Mistake(command["gdws ".Length..].Split(' '))));
    }

    [Fact]
    public void ItsJson_IsWhatItsFolderHolds_AndAReportReadsIt()
    {
        CliRun run = Sweep("1.5", "--json", _folder["sweep.json"]);

        Assert.True(run.Code == 0, run.Error);
        Assert.Equal(File.ReadAllText(_folder["out/results.json"]), File.ReadAllText(_folder["sweep.json"]));
        CliRun report = CliRun.Of("report", _folder["sweep.json"], "-o", _folder["again.html"]);
        Assert.True(report.Code == 0, report.Error);
        Assert.Contains("2 networks", report.Output, StringComparison.Ordinal);
    }

    private CliRun Sweep(string budgets, params string[] more) => CliRun.Of([.. Arguments(budgets), .. more]);

    private string[] Arguments(string budgets) =>
    [
        "sweep", _network, "--data", _data, "--limit", "20", "--budgets", budgets, "--attack", "pgd", "--eps", "4/255", "--iterations", "2", "--attack-limit", "6",
        "--seconds", "0.02", "--pictures", "2", "-o", _folder["out"],
    ];
}

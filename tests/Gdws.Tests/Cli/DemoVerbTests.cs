using System.Text.Json;
using Gdws.Cli.Demo;
using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Tests.Cli;

public sealed class DemoVerbTests : IDisposable
{
    private static readonly DemoSetup Small = new() { Speedups = [2], CalibratedSpeedups = [2], CalibrationImages = 100, AttackedImages = 3, Pictures = 2, BenchmarkTime = TimeSpan.FromMilliseconds(20) };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheDemo_WritesNetworksPlansAndReport()
    {
        CliRun run = CliRun.Of(Small, TestContext.Current.CancellationToken, "demo", "-o", _folder["out"]);

        Assert.True(run.Code == 0, run.Error);
        Assert.Equal(
            ["calibrated-macs-2.onnx", "calibrated-macs-2.plan.json", "dense.onnx", "gdws-macs-2.onnx", "gdws-macs-2.plan.json", "report.html", "results.json"],
            _folder.Files.Select(f => Path.GetRelativePath("out", f)));
        OnnxModel fast = OnnxModel.Load(_folder["out/gdws-macs-2.onnx"]);
        Assert.True(NetworkComplexity.Of(fast).Macs * 2 <= NetworkComplexity.Of(OnnxModel.Load(_folder["out/dense.onnx"])).Macs);
        Assert.True(GdwsPlan.Load(_folder["out/gdws-macs-2.plan.json"]).IsMadeFor(OnnxModel.Load(_folder["out/dense.onnx"])));
        Assert.All(run.OutputLines.TakeWhile(l => l.Length > 0), line => Assert.True(line.Length <= 100, line));

        JsonElement[] networks = [.. JsonDocument.Parse(File.ReadAllText(_folder["out/results.json"])).RootElement.GetProperty("networks").EnumerateArray()];
        Assert.Equal(["dense", "GDWS, MACs ÷ 2", "calibrated, MACs ÷ 2"], networks.Select(n => n.GetProperty("name").GetString()));

        // Measured on the 900 images that don't calibrate, where the checkpoint's accuracy is known.
        Assert.Equal(768, networks[0].GetProperty("natural").GetProperty("correct").GetInt32());
        Assert.Contains("<th scope=\"row\">dense</th><td class=\"figure\">85.3 %</td>", File.ReadAllText(_folder["out/report.html"]), StringComparison.Ordinal);
    }

    [Fact]
    public void ADemoThatIsStopped_LeavesNothing()
    {
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(300));

        CliRun run = CliRun.Of(Small with { AttackedImages = 1000 }, stop.Token, "demo", "-o", _folder["out"]);

        Assert.Equal((130, "", "stopped"), (run.Code, run.Output, run.ErrorLine));
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void WhenTheNetworkThatShipsIsMissing_TheMessageSaysWhatToDo()
    {
        CliRun run = CliRun.Of(Small with { Network = _folder["missing.onnx"] }, TestContext.Current.CancellationToken, "demo", "-o", _folder["out"]);

        Assert.Equal(1, run.Code);
        Assert.Contains("install or build gdws again", run.ErrorLine, StringComparison.Ordinal);
    }
}

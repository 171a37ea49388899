using System.Text.Json;
using Gdws.Cli.Reports;
using Gdws.Cli.Sweeps;

namespace Gdws.Tests.Cli.Reports;

public sealed class ReportVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AFolder_GivesThePageThatTheSweepWrote()
    {
        SweepResult result = SampleResult.Create();
        Write("sweep/results.json", SweepJson.Write(result));

        CliRun run = CliRun.Of("report", _folder["sweep"], "-o", _folder["report.html"]);

        Assert.True(run.Code == 0, run.Error);
        Assert.Equal(ReportPage.Write(result), File.ReadAllText(_folder["report.html"]));
        Assert.InRange(new FileInfo(_folder["report.html"]).Length, 300_000, 1_500_000);
    }

    [Fact]
    public void WhatTheVerbsWrote_ComesTogetherInOneRowANetwork()
    {
        Write("a.json", """
            { "source": "x/dense.onnx", "output": "y/fast.onnx", "budget": { "kind": "speedup-macs", "value": 2, "round_to": 16 }, "macs_before": 200, "macs_after": 100,
              "speedup_macs": 2, "seconds": 1.5, "layers": [ { "name": "conv2", "kernels": 12, "channels": 8, "weighted_error": 0.5, "macs_before": 150, "macs_after": 50, "reason": null } ] }
            """);
        Write("e1.json", Evaluation("dense.onnx", 80, 60));
        Write("e2.json", Evaluation("somewhere/else/fast.onnx", 75, 55));
        Write("b.json", """
            { "machine": { "cpu": "a cpu", "cores": 2, "memory_bytes": 8000000000, "os": "an os", "runtime": ".NET 10", "architecture": "x64", "instruction_sets": ["AVX2"] },
              "batch": 1, "threads": 1, "rounds": 21, "warnings": [], "results": [
              { "network": "dense.onnx", "engine": "onnxruntime", "fps": 100, "fps_low": 99, "fps_high": 101, "runs": 10, "ratio_to_baseline": 1 },
              { "network": "fast.onnx", "engine": "onnxruntime", "fps": 150, "fps_low": 149, "fps_high": 151, "runs": 10, "ratio_to_baseline": 1.5 } ] }
            """);

        SweepResult result = ResultMerge.Of([.. ((string[])["a.json", "e1.json", "e2.json", "b.json"]).Select(name => ResultDocument.Load(_folder[name]))]);

        Assert.Equal(["dense", "fast"], result.Networks.Select(network => network.Name));
        NetworkResult fast = result.Networks[1];
        Assert.Equal((75, 55, 150.0, 100L, 2.0), (fast.Natural!.Correct, fast.RobustCount!.Value.Correct, fast.Fps, fast.Macs, fast.Budget!.Value));
        Assert.Equal((80, 60, 1.0), (result.Networks[0].Natural!.Correct, result.Networks[0].RobustCount!.Value.Correct, result.Networks[0].RatioToBaseline));
        Assert.Equal("conv2", Assert.Single(fast.Layers).Name);
        CliRun run = CliRun.Of("report", _folder["b.json"], _folder["e2.json"], _folder["a.json"], _folder["e1.json"], "--title", "Mine", "-o", _folder["report.html"]);
        Assert.True(run.Code == 0, run.Error);
        string page = File.ReadAllText(_folder["report.html"]);
        Assert.Contains("<title>Mine</title>", page, StringComparison.Ordinal);
        Assert.All((string[])["a.json", "b.json", "e1.json", "e2.json"], name => Assert.Contains($"Save {name}<", page, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{}", "is no result that a report can show")]
    [InlineData("[]", "expected a JSON object")]
    [InlineData("{", "is no valid JSON")]
    [InlineData("""{"format":"gdws-sweep 99","networks":[],"title":""}""", "has the format \"gdws-sweep 99\", expected \"gdws-sweep 1\"")]
    [InlineData("""{"format":"gdws-sweep 1","networks":[],"title":"t"}""", "holds 0 networks")]
    [InlineData("""{"format":"gdws-sweep 1","networks":[{"name":null,"kind":"dense","network":"n"}],"title":"t"}""", "is no result that gdws wrote")]
    [InlineData("""{"format":"gdws-sweep 1","networks":[null],"title":"t"}""", "holds a network that is none")]
    [InlineData("""{"format":"gdws-sweep 1","networks":[{"name":"n","kind":"dense","network":"n","natural":{"correct":3,"images":2,"accuracy":1,"top5":1}}],"title":"t"}""", "n: natural accuracy: 3 of 2 can't be")]
    [InlineData("""{"format":"gdws-sweep 1","networks":[{"name":"n","kind":"dense","network":"n","fps":-1}],"title":"t"}""", "n: -1 is no speed")]
    [InlineData("""{"natural":{"correct":"x"},"network":"n"}""", "is no result that gdws wrote")]
    public void WhatIsNoResult_IsRefusedInOneLine(string text, string expected)
    {
        Write("bad.json", text);

        CliRun run = CliRun.Of("report", _folder["bad.json"], "-o", _folder["report.html"]);

        Assert.Equal(1, run.Code);
        Assert.Contains("bad.json", run.ErrorLine, StringComparison.Ordinal);
        Assert.Contains(expected, run.ErrorLine, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["report.html"]));
    }

    [Fact]
    public void AFileThatIsRead_IsNotWrittenOver()
    {
        Write("results.json", SweepJson.Write(SampleResult.Create()));

        CliRun run = CliRun.Of("report", _folder.Root, "-o", _folder["results.json"]);

        Assert.Equal(1, run.Code);
        Assert.Contains("would be overwritten", run.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void NothingFromAFileGetsIntoThePageAsItIs()
    {
        const string hostile = "</script><script>alert(1)</script><!--";
        SweepResult sample = SampleResult.Create();
        string text = SweepJson.Write(sample with
        {
            Title = hostile,
            Introduction = hostile,
            Command = hostile,
            Steps = [hostile],
            Versions = new Dictionary<string, string> { [hostile] = hostile },
            Data = new SweepData(hostile, hostile, 1, 1),
            Warnings = [hostile],
            Networks = [.. sample.Networks.Select(network => network with
            {
                Name = hostile,
                Network = hostile,
                Calibration = network.Calibration is { } calibration ? calibration with { Data = hostile, Attack = hostile, Effort = hostile, Split = hostile } : null,
                Robust = [.. network.Robust.Select(robust => robust with { Attack = hostile, Norm = hostile, EpsilonText = hostile, How = hostile })],
                Layers = [.. network.Layers.Select(layer => layer with { Name = hostile, Reason = layer.Reason is null ? null : hostile })],
            })],
            Speed = new SpeedConditions(hostile, 1, 1, 1, hostile),
            Machine = sample.Machine! with { Cpu = hostile, Os = hostile, Runtime = hostile, Architecture = hostile, InstructionSets = [hostile] },
            Spectra = [.. sample.Spectra.Select(spectrum => spectrum with { Layer = hostile })],
            Gallery = sample.Gallery! with
            {
                Attack = hostile,
                Images = [.. sample.Gallery.Images.Select(image => image with
                {
                    Class = hostile,
                    Clean = hostile,
                    Networks = [.. image.Networks.Select(attack => attack with { Network = hostile, After = new GalleryGuess(hostile, 1, true), Difference = "\"" + hostile })],
                })],
            },
        });
        Write(hostile.Replace('/', '_') + ".json", text);

        CliRun run = CliRun.Of("report", _folder[Assert.Single(_folder.Files)], "-o", _folder["report.html"]);

        Assert.True(run.Code == 0, run.Error);
        string page = File.ReadAllText(_folder["report.html"]);
        Assert.DoesNotContain("alert(1)</script>", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<script>alert", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<!--", page, StringComparison.Ordinal);
        Assert.Equal(5, page.Split("</script>").Length - 1);
    }

    [Fact]
    public void TheSameResults_GiveTheSamePage() =>
        Assert.Equal(ReportPage.Write(SampleResult.Create()), ReportPage.Write(SampleResult.Create()));

    private static string Evaluation(string network, int natural, int robust) => JsonSerializer.Serialize(new
    {
        network,
        data = "cifar10:d",
        split = "test",
        images = 100,
        seed = 0,
        device = "cpu",
        seconds = 1.0,
        natural = new { correct = natural, accuracy = (double)natural, top5 = 99.0 },
        robust = (object[])[new
        {
            attack = "pgd", norm = "linf", epsilon = 0.03, iterations = 20, step = 0.01, restarts = 1, correct = robust, accuracy = (double)robust, images_per_second = 1.0,
            max_perturbation = 0.03, attacked = natural, seconds = 1.0, part_of = (string?)null,
        }],
        union = (object?)null,
        warnings = Array.Empty<object>(),
    });

    private void Write(string name, string text) => _folder.Write(name, System.Text.Encoding.UTF8.GetBytes(text));
}

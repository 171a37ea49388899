using System.Text.Json;
using Gdws.Onnx;
using Gdws.Planning;
using Gdws.Tests.Onnx;

namespace Gdws.Tests.Cli;

public sealed class MaxDropTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _network;
    private readonly string _data;

    public MaxDropTests()
    {
        _network = _folder.Save(CalibrationTests.Network());
        _data = TinyData.Cifar10(_folder, 40);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("0")]
    [InlineData("5")]
    [InlineData("100")]
    public void TheNetwork_LosesNoMoreThanAllowedAndIsTheSmallestThatWasKept(string points)
    {
        JsonElement json = Approximate("--max-drop", points, "--round-to", "1", "--json", "-").Json;

        Assert.Equal("max-drop", json.GetProperty("budget").GetProperty("kind").GetString());
        JsonElement[] networks = [.. json.GetProperty("tried").GetProperty("networks").EnumerateArray()];
        Assert.Equal(1, networks[0].GetProperty("speedup_macs").GetDouble());
        Assert.All(networks, network => Assert.Equal(
            network.GetProperty("kept").GetBoolean(), network.GetProperty("natural").GetProperty("drop").GetDouble() <= double.Parse(points) + 1e-9));
        double smallest = networks.Where(network => network.GetProperty("kept").GetBoolean()).Max(network => network.GetProperty("speedup_macs").GetDouble());
        Assert.Equal(smallest, json.GetProperty("speedup_macs").GetDouble());
        Assert.Equal(json.GetProperty("macs_after").GetInt64(), NetworkComplexity.Of(OnnxModel.Load(_folder["out.onnx"])).Macs);

        // What is told of the network is what an evaluation of it finds.
        JsonElement best = networks.Last(network => network.GetProperty("speedup_macs").GetDouble() == smallest);
        JsonElement evaluated = CliRun.Of("evaluate", _folder["out.onnx"], "--data", _data, "--json", "-").Json;
        Assert.Equal(evaluated.GetProperty("natural").GetProperty("correct").GetInt32(), best.GetProperty("natural").GetProperty("correct").GetInt32());
    }

    [Fact]
    public void EverythingAllowed_GoesNextToTheLeastThatIsPossible()
    {
        JsonElement json = Approximate("--max-drop", "100", "--round-to", "1", "--json", "-").Json;

        double most = Planner.MostSpeedup(Spectra.Of(OnnxModel.Load(_network)), always: false, roundTo: 1);
        Assert.InRange(json.GetProperty("speedup_macs").GetDouble(), most / 1.03, most * 1.01);
    }

    [Fact]
    public void WithAnAttack_RobustAccuracyCounts()
    {
        JsonElement tried = Approximate(
            "--max-drop", "10", "--attack", "pgd", "--eps", "1/255", "--iterations", "2", "--limit", "20", "--json", "-").Json.GetProperty("tried");

        Assert.Equal(20, tried.GetProperty("images").GetInt32());
        Assert.Equal(2, tried.GetProperty("attack").GetProperty("iterations").GetInt32());
        Assert.All(tried.GetProperty("networks").EnumerateArray(), network => Assert.Equal(
            network.GetProperty("kept").GetBoolean(), network.GetProperty("robust").GetProperty("drop").GetDouble() <= 10 + 1e-9));
    }

    [Fact]
    public void WhatWasTried_IsPrintedAsATable()
    {
        CliRun run = Approximate("--max-drop", "20", "--round-to", "1", "--eps", "1/255");

        Assert.Equal(0, run.Code);
        Assert.Contains(run.OutputLines, line => line.EndsWith("dense", StringComparison.Ordinal) && line.Contains("of 40)", StringComparison.Ordinal));
        Assert.Contains(run.OutputLines, line => line.EndsWith("within", StringComparison.Ordinal) && line.Contains('±', StringComparison.Ordinal));
        Assert.Contains("without --attack pgd only natural accuracy is measured, in spite of --eps", run.Error, StringComparison.Ordinal);
        Assert.All(run.OutputLines.Where(line => line.Contains('÷', StringComparison.Ordinal)), line => Assert.True(line.Length <= 100, line));
    }

    [Fact]
    public void WithACalibration_TheImagesThatJudgeAreComparedWithThoseThatCalibrate()
    {
        CliRun run = Approximate("--max-drop", "50", "--round-to", "1", "--calibrate", _data, "--split", "test", "--samples", "16");

        Assert.Equal(0, run.Code);
        Assert.Contains("8 of 40 images", run.Error, StringComparison.Ordinal);
        Assert.NotNull(GdwsPlan.Of(OnnxModel.Load(_folder["out.onnx"]))!.Calibration);

        CliRun evaluated = CliRun.Of("evaluate", _folder["out.onnx"], "--data", _data);
        Assert.Equal(0, evaluated.Code);
        Assert.Contains("8 of 40 images", evaluated.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--max-drop needs the images", "--max-drop", "1")]
    [InlineData("--limit belongs to --max-drop", "--beta", "1", "--limit", "3")]
    [InlineData("found --beta and --max-drop", "--beta", "1", "--max-drop", "1")]
    [InlineData("--attack belongs to a calibration or --max-drop", "--beta", "1", "--attack", "pgd")]
    [InlineData("--bias-correction is for approximations without images", "--beta", "1", "--calibrate", "samples", "--bias-correction")]
    public void OptionsThatDontGoTogether_AreWrongUsage(string message, params string[] options)
    {
        CliRun run = CliRun.Of(["approximate", _network, "-o", _folder["out.onnx"], .. options]);

        Assert.Equal(2, run.Code);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void ImagesOfAnotherShape_AreRefusedBeforeAnyWork()
    {
        string network = _folder.Save(ApproximateVerbTests.TwoLayers(), "small.onnx");

        CliRun run = CliRun.Of("approximate", network, "-o", _folder["out.onnx"], "--max-drop", "1", "--data", _data);

        Assert.Equal(1, run.Code);
        Assert.Contains("3×6×6", run.ErrorLine, StringComparison.Ordinal);
    }

    private CliRun Approximate(params string[] arguments) =>
        CliRun.Of(["approximate", _network, "-o", _folder["out.onnx"], "--data", _data, .. arguments]);
}

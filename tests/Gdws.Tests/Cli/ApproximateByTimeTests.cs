using System.Text.Json;
using Gdws.Onnx;
using Gdws.Planning;
using Gdws.Tests.Planning;

namespace Gdws.Tests.Cli;

public sealed class ApproximateByTimeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _network;
    private readonly LatencyModel _model;
    private readonly string _times;

    public ApproximateByTimeTests()
    {
        _network = _folder.Save(ConvolutionNetworks.Residual());
        _model = SyntheticLatency.Of(OnnxModel.Load(_network));
        _times = _folder["latency.json"];
        _model.Save(_times);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("speedup", 1.2)]
    [InlineData("latency", 2.4)]
    public void TheJson_TellsPredictedMilliseconds(string budget, double value)
    {
        CliRun run = Run($"--{budget}", $"{value}", "--json", "-");

        Assert.Equal(budget, run.Json.GetProperty("budget").GetProperty("kind").GetString());
        JsonElement latency = run.Json.GetProperty("latency");
        Assert.Equal(["machine", "engine", "batch", "threads", "milliseconds_before", "milliseconds_after"], CliRun.Keys(latency));
        Assert.Equal(_model.Milliseconds, latency.GetProperty("milliseconds_before").GetDouble());
        Assert.True(latency.GetProperty("milliseconds_after").GetDouble() <= (budget == "latency" ? value : _model.Milliseconds / value));
        JsonElement[] layers = [.. run.Json.GetProperty("layers").EnumerateArray()];
        double saved = layers.Sum(layer => layer.GetProperty("milliseconds_before").GetDouble() - layer.GetProperty("milliseconds_after").GetDouble());
        Assert.Equal(_model.Milliseconds - saved, latency.GetProperty("milliseconds_after").GetDouble(), 1e-9);
        Assert.Equal("onnxruntime", GdwsPlan.Of(OnnxModel.Load(_folder["out.onnx"]))!.Latency!.Engine);
    }

    [Fact]
    public void TheTable_TellsMillisecondsWithin100Columns()
    {
        CliRun run = Run("--speedup", "1.2");

        Assert.Equal((0, true), (run.Code, run.Error.Contains("another machine: a law", StringComparison.Ordinal)));
        Assert.Contains("ms before", run.Output, StringComparison.Ordinal);
        Assert.Contains($"onnxruntime, batch 1, 1 thread: {_model.Milliseconds:F3} ms a run measured → ", run.Output, StringComparison.Ordinal);
        Assert.All(run.OutputLines.TakeWhile(l => l.Length > 0), line => Assert.True(line.Length <= 100, line));
    }

    [Fact]
    public void Kernels_AreMultiplesOfTheBlockAndOfTheRounding()
    {
        JsonElement json = Run("--speedup", "1.1", "--round-to", "12", "--json", "-").Json;

        int[] kernels = [.. json.GetProperty("layers").EnumerateArray().Select(layer => layer.GetProperty("kernels").GetInt32()).Where(g => g > 0)];
        Assert.NotEmpty(kernels);
        Assert.All(kernels, count => Assert.Equal(0, count % 24));
    }

    [Fact]
    public void WithoutAModel_TimesAreMeasured()
    {
        CliRun run = CliRun.Of(
            "approximate", _network, "--latency", "1000", "--engine", "gdws", "--seconds", "0.01", "-o", _folder["out.onnx"], "--json", "-");

        Assert.Equal(0, run.Code);
        Assert.Equal("gdws", run.Json.GetProperty("latency").GetProperty("engine").GetString());
    }

    [Fact]
    public void TimesOfOtherWeights_AreUsedWithAWarning()
    {
        OnnxModel other = ConvolutionNetworks.Residual();
        other.Proto.ProducerName = "another";
        string path = _folder.Save(other, "other.onnx");

        CliRun run = CliRun.Of("approximate", path, "--speedup", "1.2", "--latency-model", _times, "-o", _folder["out.onnx"]);

        Assert.Equal(0, run.Code);
        Assert.Contains("with other weights or another graph; its layers are the same", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("can't be reached", "--speedup", "50")]
    [InlineData("can't be reached", "--latency", "0.001")]
    [InlineData("the speed-up is 0.5", "--speedup", "0.5")]
    [InlineData("latency.json: the times are with --engine onnxruntime, asked for was --engine gdws", "--speedup", "1.2", "--engine", "gdws")]
    [InlineData("latency.json: the times are with --batch 1, asked for was --batch 4", "--speedup", "1.2", "--batch", "4")]
    [InlineData("latency.json: the times are with --threads 1, asked for was --threads 2", "--speedup", "1.2", "--threads", "2")]
    public void WhatCantBeDone_IsOneLineAndWritesNothing(string message, params string[] options)
    {
        CliRun run = Run([.. options, "--plan", _folder["plan.json"]]);

        Assert.Equal((1, ""), (run.Code, run.Output));
        Assert.Contains(message, run.Error.Split('\n').Single(line => line.StartsWith("error: ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(["latency.json", "net.onnx"], _folder.Files);
    }

    [Fact]
    public void TimesOfAnotherNetwork_AreRefusedWithTheLayer()
    {
        SyntheticLatency.Of(ConvolutionNetworks.Single(8, 8, 3, 3)).Save(_times);

        CliRun run = Run("--speedup", "1.2");

        Assert.Equal(1, run.Code);
        Assert.Contains("latency.json: the times are of another network: ", run.ErrorLine, StringComparison.Ordinal);
        Assert.Contains("layer stem isn't among", run.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void ATruncatedFile_IsOneLine()
    {
        File.WriteAllText(_times, _model.ToJson()[..300]);

        CliRun run = Run("--speedup", "1.2");

        Assert.Equal(1, run.Code);
        Assert.Contains("latency.json", run.ErrorLine, StringComparison.Ordinal);
        Assert.Contains("is no valid latency model", run.ErrorLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--engine", "gdws")]
    [InlineData("--batch", "2")]
    [InlineData("--threads", "2")]
    [InlineData("--latency-model", "latency.json")]
    public void OptionsOfTime_WantABudgetOfTime(string option, string value)
    {
        CliRun run = CliRun.Of("approximate", _network, "--beta", "1", option, value, "-o", _folder["out.onnx"]);

        Assert.Equal(2, run.Code);
        Assert.Contains($"{option} belongs to a budget of time", run.ErrorLine, StringComparison.Ordinal);
    }

    private CliRun Run(params string[] options) =>
        CliRun.Of(["approximate", _network, "--latency-model", _times, "-o", _folder["out.onnx"], .. options]);
}

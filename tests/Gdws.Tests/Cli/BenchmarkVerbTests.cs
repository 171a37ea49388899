using System.Text.Json;
using Gdws.Onnx;
using Gdws.Planning;
using Gdws.Tests.Execution;

namespace Gdws.Tests.Cli;

public sealed class BenchmarkVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Json_HasTheKeysThatAreFixed()
    {
        string network = _folder.Save(SmallNetworks.Classifier(0));

        CliRun run = CliRun.Of("benchmark", network, network, "--batch", "2", "--threads", "1", "--seconds", "0.05", "--json", "-");

        Assert.Equal(0, run.Code);
        Assert.All((string[])["machine", "batch", "threads", "results"], key => Assert.Contains(key, CliRun.Keys(run.Json)));
        Assert.Equal(2, run.Json.GetProperty("batch").GetInt32());
        JsonElement[] results = [.. run.Json.GetProperty("results").EnumerateArray()];
        Assert.Equal(2, results.Length);
        Assert.All(results, r => Assert.Equal(["network", "engine", "fps", "fps_low", "fps_high", "runs", "ratio_to_baseline"], CliRun.Keys(r)));
        Assert.Equal(1, results[0].GetProperty("ratio_to_baseline").GetDouble());
        Assert.True(results[0].GetProperty("fps_low").GetDouble() <= results[0].GetProperty("fps").GetDouble());
    }

    [Fact]
    public void TheTable_StatesBatchThreadsAndMachine()
    {
        CliRun run = CliRun.Of("benchmark", _folder.Save(SmallNetworks.Classifier(0)), "--batch", "2", "--seconds", "0.05");

        Assert.Contains("batch 2, 1 thread,", run.Output, StringComparison.Ordinal);
        Assert.Contains(".NET", run.Output, StringComparison.Ordinal);
        Assert.All(run.OutputLines.TakeWhile(l => l.Length > 0), line => Assert.True(line.Length <= 100, line));
    }

    [Fact]
    public void Layers_AreToldAndKept()
    {
        string network = _folder.Save(SmallNetworks.Classifier(0)), file = _folder["latency.json"];

        CliRun run = CliRun.Of("benchmark", network, "--layers", "--engine", "gdws", "--batch", "2", "--seconds", "0.01", "-o", file);

        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Contains("gdws, batch 2, 1 thread", run.Output, StringComparison.Ordinal);
        Assert.All(run.OutputLines.TakeWhile(l => l.Length > 0), line => Assert.True(line.Length <= 100, line));
        LatencyModel model = LatencyModel.Load(file);
        Assert.True(model.IsMadeFor(OnnxModel.Load(network)));
        Assert.Equal((2, "gdws"), (model.Batch, model.Engine));
    }

    [Fact]
    public void LayersAsJson_AreTheFile()
    {
        string network = _folder.Save(SmallNetworks.Classifier(0));

        CliRun run = CliRun.Of("benchmark", network, "--layers", "--seconds", "0.01", "--json", "-");

        LatencyModel model = LatencyModel.FromJson(run.Output);
        Assert.Equal("onnxruntime", model.Engine);
        model.RequireFor(OnnxModel.Load(network));
    }

    [Theory]
    [InlineData("-o keeps the times of layers", "-o", "latency.json")]
    [InlineData("one engine at a time", "--layers", "--engine", "all")]
    [InlineData("one network at a time, found 2", "--layers", "other.onnx")]
    public void WhatLayersCantBeMeasuredWith_IsWrongUsage(string message, params string[] options)
    {
        CliRun run = CliRun.Of(["benchmark", "net.onnx", .. options]);

        Assert.Equal(2, run.Code);
        Assert.Contains(message, run.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void ANetworkOfAnotherFixedBatch_IsMeasuredWithAWarning()
    {
        CliRun run = CliRun.Of("benchmark", _folder.Save(SmallNetworks.Classifier(4)), "--batch", "8", "--seconds", "0.05");

        Assert.Equal(0, run.Code);
        Assert.Contains("takes batches of 4 only", run.Error, StringComparison.Ordinal);
    }
}

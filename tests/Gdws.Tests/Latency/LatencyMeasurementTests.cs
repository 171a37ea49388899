using Gdws.Decomposition;
using Gdws.Execution.Engine;
using Gdws.Latency;
using Gdws.Onnx;
using Gdws.Planning;
using Gdws.Tests.Execution;
using Gdws.Tests.Planning;

namespace Gdws.Tests.Latency;

public sealed class LatencyMeasurementTests
{
    private static readonly LatencyOptions _options = new() { Duration = TimeSpan.FromMilliseconds(1) };
    private static readonly OnnxModel _network = ConvolutionNetworks.Residual();

    private readonly FakeClock _clock = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 2)]
    public void WhatItPredicts_IsWhatTheNetworkTakes(int batch, int threads)
    {
        LawfulEngine engine = new(_clock);
        LatencyModel model = Measure(engine, _options with { Batch = batch, Threads = threads });

        // The clock ticks every 1e-4 ms.
        Assert.Equal(1000 * engine.Seconds(_network) * batch / threads, model.Milliseconds, 1e-4);
        Assert.Equal(16, model.Block);
        foreach ((int first, int second) in (ReadOnlySpan<(int, int)>)[(16, 16), (32, 16), (16, 48), (33, 40), (1, 64)])
        {
            double truth = 1000 * batch * engine.Seconds(With(first, second)) / threads;
            double predicted = model.Predict(new Dictionary<string, int> { ["block.conv1"] = first, ["block.conv2"] = second });
            Assert.Equal(truth, predicted, 1e-3 * truth);
        }
    }

    [Fact]
    public void WhatLayersTakeMoreInTheNetwork_GoesIntoTheScale()
    {
        LawfulEngine engine = new(_clock) { InNetworks = 1.3 };
        LatencyModel model = Measure(engine, _options);

        Assert.Equal(1.3, model.Scale, 0.01);
        double truth = 1000 * engine.Seconds(With(32, 48));
        Assert.Equal(truth, model.Predict(new Dictionary<string, int> { ["block.conv1"] = 32, ["block.conv2"] = 48 }), 0.01 * truth);
        Assert.All(model.Checks, check => Assert.Equal(check.Measured, check.Predicted, 0.02 * check.Measured));
    }

    [Theory]
    [InlineData(16, 1)]
    [InlineData(16, 3)]
    [InlineData(8, 1)]
    [InlineData(4, 2)]
    [InlineData(1, 1)]
    public void TheBlock_IsTheEngines(int block, double penalty) =>
        Assert.Equal(block, Measure(new LawfulEngine(_clock) { Block = block, Penalty = penalty }, _options).Block);

    [Fact]
    public void LayersOfOneShape_AreMeasuredOnce()
    {
        OnnxModel twins = new Onnx.TestNetwork(17, 0, 4, 6, 6)
            .Weight("a.weight", 8, 4, 3, 3).Weight("b.weight", 8, 8, 3, 3).Weight("c.weight", 8, 8, 3, 3)
            .Node("Conv", "x", ["images", "a.weight"], n => ConvolutionNetworks.Padded(n))
            .Node("Conv", "y", ["x", "b.weight"], n => ConvolutionNetworks.Padded(n))
            .Node("Conv", "z", ["y", "c.weight"], n => ConvolutionNetworks.Padded(n))
            .Node("GlobalAveragePool", "p", ["z"]).Node("Flatten", "f", ["p"]).Typed("f");
        LawfulEngine engine = new(_clock);

        LatencyModel model = new LatencyMeasurement(_options, _clock).Run(twins, engine, null, Token);

        Assert.Equal(["a", "b", "b"], model.Layers.Select(layer => layer.MeasuredAs));
        Assert.Equal(model.Layers[1].Points, model.Layers[2].Points);
        int forms = model.Layers.Take(2).Sum(layer => layer.Points.Length + 2);
        Assert.Equal(forms + model.Checks.Length, engine.Loaded.Count);
    }

    [Fact]
    public void LayersThatCannotBeGdws_AreMeasuredAsTheyAre()
    {
        LatencyModel model = Measure(new LawfulEngine(_clock), _options);

        Assert.Equal(["stem", "block.conv1", "block.conv2", "block.shortcut", "grouped"], model.Layers.Select(layer => layer.Name));
        Assert.Equal([true, true, true, false, false], model.Layers.Select(layer => layer.HasCurve));
        Assert.All(model.Layers, layer => Assert.Equal(
            1e-5 * _network.Convolutions.Single(l => l.Name == layer.Name).Macs, layer.DenseMilliseconds, 1e-4));
    }

    [Fact]
    public void ANetworkThatHasGdwsLayers_IsMeasuredAsItIs()
    {
        OnnxModel network = With(16, 32);

        LatencyModel model = new LatencyMeasurement(_options, _clock).Run(network, new LawfulEngine(_clock), null, Token);

        Assert.False(model.Layers.Single(layer => layer.Name == "block.conv2").HasCurve);
        Assert.Equal(1.4e-5 * 32 * 21 * 64, model.Layers.Single(layer => layer.Name == "block.conv2").DenseMilliseconds, 1e-3);
    }

    [Fact]
    public void OnARealEngine_TheModelFitsItsNetworkAndPlansIt()
    {
        LatencyModel model = new LatencyMeasurement(_options).Run(_network, new GdwsEngine(), null, Token);

        model.RequireFor(_network);
        Assert.True(model.IsMadeFor(_network));
        Assert.Equal(LatencyModel.FromJson(model.ToJson()).ToJson(), model.ToJson());
        Assert.NotNull(LatencyPlanner.WithinMilliseconds(Spectra.Of(_network), model, 1e6).Latency);
    }

    [Fact]
    public void Progress_RisesToOne()
    {
        List<double> shares = [];
        new LatencyMeasurement(_options, _clock).Run(_network, new LawfulEngine(_clock), new Recorded(shares), Token);

        Assert.All(shares.Zip(shares.Skip(1)), pair => Assert.True(pair.Second >= pair.First - 1e-12));
        Assert.Equal(1, shares[^1], 1e-9);
    }

    [Fact]
    public void WhenCancelled_ItEndsAtOnce()
    {
        using CancellationTokenSource cancelled = new();
        cancelled.Cancel();

        Assert.Throws<OperationCanceledException>(
            () => new LatencyMeasurement(_options, _clock).Run(_network, new LawfulEngine(_clock), null, cancelled.Token));
    }

    private LatencyModel Measure(LawfulEngine engine, LatencyOptions options) =>
        new LatencyMeasurement(options, _clock).Run(_network, engine, null, Token);

    private static OnnxModel With(int first, int second)
    {
        Spectra spectra = Spectra.Of(_network);
        Dictionary<string, ChosenKernels> kernels = [];
        foreach ((string name, int count) in (ReadOnlySpan<(string, int)>)[("block.conv1", first), ("block.conv2", second)])
        {
            Selection selection = Mego.Select(spectra.Layers.Single(layer => layer.Name == name).Spectrum!, count);
            kernels[name] = new ChosenKernels(selection.KernelsPerChannel, selection.WeightedError);
        }

        return Planner.WithKernels(spectra, new Budget(BudgetKind.Beta, 0), kernels, always: true).ApplyTo(_network);
    }

    private sealed class Recorded(List<double> shares) : IProgress<double>
    {
        public void Report(double value) => shares.Add(value);
    }
}

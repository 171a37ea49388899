using Gdws.Decomposition;
using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Tests.Planning;

public sealed class LatencyPlannerTests
{
    private static readonly OnnxModel _network = ConvolutionNetworks.Residual();
    private static readonly Spectra _spectra = Spectra.Of(_network);
    private static readonly LatencyModel _model = SyntheticLatency.Of(_network);

    [Theory]
    [InlineData(1.05)]
    [InlineData(1.2)]
    [InlineData(1.35)]
    public void ThePredictedTime_MeetsTheBudget(double speedup)
    {
        GdwsPlan plan = LatencyPlanner.WithinSpeedup(_spectra, _model, speedup);

        Assert.NotNull(plan.Latency);
        Assert.Equal(_model.Milliseconds, plan.Latency.MillisecondsBefore);
        Assert.True(plan.Latency.MillisecondsAfter <= _model.Milliseconds / speedup * (1 + 1e-12));
        Dictionary<string, int> kernels = plan.Layers.Where(layer => layer.IsGdws).ToDictionary(layer => layer.Name, layer => layer.Kernels);
        Assert.Equal(_model.Predict(kernels), plan.Latency.MillisecondsAfter, 1e-9);
        Assert.All(kernels.Values, count => Assert.Equal(0, count % _model.Block));
    }

    [Fact]
    public void ATimeAndTheSpeedupThatItIs_GiveTheSameKernels()
    {
        GdwsPlan speedup = LatencyPlanner.WithinSpeedup(_spectra, _model, 1.25);
        GdwsPlan time = LatencyPlanner.WithinMilliseconds(_spectra, _model, _model.Milliseconds / 1.25);

        Assert.Equal(speedup.Layers.Select(layer => layer.Kernels), time.Layers.Select(layer => layer.Kernels));
        Assert.Equal((BudgetKind.Speedup, BudgetKind.Latency), (speedup.Budget.Kind, time.Budget.Kind));
    }

    [Fact]
    public void EveryBudgetsError_IsThatOfBruteForceOrWithinOneStepOfIt()
    {
        NetworkLayer[] layers = [.. _spectra.Layers.Where(layer => layer.Spectrum is not null)];
        List<(double Time, double Error)>[] choices = [.. layers.Select(Choices)];
        int equal = 0;
        for (double speedup = 1; speedup < 1.4; speedup += 0.01)
        {
            GdwsPlan plan = LatencyPlanner.WithinSpeedup(_spectra, _model, speedup);

            double found = plan.Layers.Sum(layer => layer.WeightedError);
            double best = BestError(choices, _model.Milliseconds / speedup, layers);
            double step = choices.Max(list => list.Max(choice => choice.Error));
            Assert.InRange(found, best - 1e-9, best + step);
            equal += found <= best + 1e-9 ? 1 : 0;
        }

        Assert.True(equal >= 25, $"only {equal} of 40 are the best");
    }

    [Fact]
    public void WhereGdwsIsSlower_LayersStayDense()
    {
        LatencyModel slow = SyntheticLatency.Of(_network, gdwsCost: 100);

        GdwsPlan plan = LatencyPlanner.WithinSpeedup(_spectra, slow, 1);

        Assert.All(plan.Layers, layer => Assert.False(layer.IsGdws));
        Assert.Throws<GdwsException>(() => LatencyPlanner.WithinSpeedup(_spectra, slow, 1.01));
        Assert.All(
            LatencyPlanner.WithinMilliseconds(_spectra, slow, 1e6, always: true).Layers.Where(layer => layer.Name is "block.conv1" or "block.conv2"),
            layer => Assert.True(layer.IsGdws));
    }

    [Fact]
    public void ASpeedupOfOne_IsAlwaysReached()
    {
        LatencyModel slow = SyntheticLatency.Of(_network, gdwsCost: 100);
        for (int hundredths = 50; hundredths <= 150; hundredths++)
        {
            // The network's time less its layers' and again with them is, rounded, more than it was for some of these.
            LatencyModel model = slow with { Milliseconds = slow.Milliseconds * hundredths / 100, Scale = hundredths / 100.0 };

            Assert.All(LatencyPlanner.WithinSpeedup(_spectra, model, 1).Layers, layer => Assert.False(layer.IsGdws));
        }
    }

    [Fact]
    public void ASpeedupOutOfReach_IsRefusedWithTheMostThereIs()
    {
        GdwsException exception = Assert.Throws<GdwsException>(() => LatencyPlanner.WithinSpeedup(_spectra, _model, 50));

        double best = double.Parse(exception.Message.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Contains("can't be reached on onnxruntime with batch 1 and 1 thread:", exception.Message, StringComparison.Ordinal);
        Assert.NotNull(LatencyPlanner.WithinSpeedup(_spectra, _model, best));
        Assert.Throws<GdwsException>(() => LatencyPlanner.WithinSpeedup(_spectra, _model, best + 0.011));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-1)]
    [InlineData(0)]
    public void ImpossibleBudgets_AreRefused(double value)
    {
        Assert.Throws<GdwsException>(() => LatencyPlanner.WithinSpeedup(_spectra, _model, value));
        Assert.Throws<GdwsException>(() => LatencyPlanner.WithinMilliseconds(_spectra, _model, value));
    }

    [Fact]
    public void AModelOfAnotherNetwork_IsRefused()
    {
        LatencyModel other = SyntheticLatency.Of(ConvolutionNetworks.Single(8, 8, 3, 3));

        GdwsException exception = Assert.Throws<GdwsException>(() => LatencyPlanner.WithinSpeedup(_spectra, other, 1.2));

        Assert.Contains("layer stem isn't among the layers that were measured", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALayerWithoutTimesAsGdws_IsNamed()
    {
        LatencyModel model = _model with { Layers = [.. _model.Layers.Select(layer => layer with { Points = [] })] };

        GdwsException exception = Assert.Throws<GdwsException>(() => LatencyPlanner.WithinSpeedup(_spectra, model, 1.2));

        Assert.Contains("layer block.conv1 may change, but it was measured only as it is", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ThePlansJson_SaysByWhichTimesItWasMade()
    {
        GdwsPlan plan = LatencyPlanner.WithinSpeedup(_spectra, _model, 1.2);

        GdwsPlan read = GdwsPlan.Of(plan.ApplyTo(_network))!;

        Assert.Equal(plan.ToJson(), read.ToJson());
        Assert.Equal(("a law", "onnxruntime", 1, 1), (read.Latency!.Machine, read.Latency.Engine, read.Latency.Batch, read.Latency.Threads));
        Assert.All(read.Layers, layer => Assert.True(layer.MillisecondsBefore >= 0 && layer.MillisecondsAfter >= 0));
        Assert.Contains("\"kind\": \"speedup\"", plan.ToJson(), StringComparison.Ordinal);
        Assert.DoesNotContain("milliseconds", Planner.WithinMacs(_spectra, 1.2).ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void Sensitivity_WeighsErrorsOfTime()
    {
        Spectra weighted = _spectra.WeightedBy(new Dictionary<string, float[]>
        {
            ["block.conv1"] = [.. Enumerable.Repeat(1e-6f, 8)],
            ["block.conv2"] = [.. Enumerable.Repeat(1f, 12)],
        });

        GdwsPlan plan = LatencyPlanner.WithinSpeedup(weighted, _model, 1.1);

        Assert.True(plan.Layers.Single(layer => layer.Name == "block.conv1").IsGdws);
        Assert.False(plan.Layers.Single(layer => layer.Name == "block.conv2").IsGdws);
    }

    [Fact]
    public void LeastErrors_AreThoseOfTheSelections()
    {
        LayerSpectrum spectrum = _spectra.Layers.Single(layer => layer.Name == "block.conv1").Spectrum!;
        float[] sensitivity = [.. Enumerable.Range(1, 8).Select(i => i / 3f)];

        double[] errors = Mego.LeastErrors(spectrum, sensitivity);

        Assert.Equal(spectrum.Components + 1, errors.Length);
        for (int kernels = 0; kernels < errors.Length; kernels++)
            Assert.Equal(Mego.Select(spectrum, kernels, sensitivity).WeightedError, errors[kernels], 1e-9);
    }

    private static List<(double Time, double Error)> Choices(NetworkLayer layer)
    {
        double dense = 1e-5 * layer.Convolution.Macs;
        List<(double, double)> choices = [(dense, 0)];
        for (int kernels = 1; kernels <= layer.Spectrum!.Components; kernels++)
            choices.Add((SyntheticLatency.Gdws(layer.Convolution, kernels, 1.5, 8), Mego.Select(layer.Spectrum, kernels).WeightedError));
        return choices;
    }

    private static double BestError(List<(double Time, double Error)>[] choices, double target, NetworkLayer[] layers)
    {
        double rest = _model.Milliseconds - layers.Sum(layer => 1e-5 * layer.Convolution.Macs);
        return (from first in choices[0]
                from second in choices[1]
                where rest + first.Time + second.Time <= target + 1e-12
                select first.Error + second.Error).Min();
    }
}

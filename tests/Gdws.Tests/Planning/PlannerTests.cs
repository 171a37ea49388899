using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Tests.Planning;

public sealed class PlannerTests
{
    private static readonly OnnxModel _network = ConvolutionNetworks.Residual();

    [Fact]
    public void LayersThatAreLeftAlone_SayWhy()
    {
        GdwsPlan plan = Planner.WithKernelsPerChannel(Spectra.Of(_network, new SpectraOptions { Exclude = ["block.*2"] }), 1);

        Assert.Equal(
            ["is the network's first convolution", null, "is excluded by block.*2", "is 1×1", "has 2 groups"],
            new[] { "stem", "block.conv1", "block.conv2", "block.shortcut", "grouped" }.Select(name => Find(plan, name).Reason));
        Assert.All(plan.Layers.Where(layer => !layer.IsGdws), layer => Assert.Equal(layer.MacsBefore, layer.MacsAfter));
    }

    [Fact]
    public void TheFirstConvolution_ChangesWhereAskedFor()
    {
        GdwsPlan plan = Planner.WithKernelsPerChannel(Spectra.Of(_network, new SpectraOptions { IncludeFirst = true }), 1);

        Assert.True(plan.Layers[0].IsGdws);
        Assert.Equal(3, plan.Layers[0].Kernels);
    }

    [Fact]
    public void AnExcludedNameThatMatchesNothing_IsRefused()
    {
        GdwsException exception = Assert.Throws<GdwsException>(() => Spectra.Of(_network, new SpectraOptions { Exclude = ["blok*"] }));

        Assert.Contains("blok*", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1.0, 8, 12)]
    [InlineData(1.0625, 9, 13)]
    [InlineData(0.5, 4, 6)]
    [InlineData(2.0, 16, 24)]
    public void KernelsPerChannel_AreRoundedHalvesUp(double ratio, int first, int second)
    {
        GdwsPlan plan = Planner.WithKernelsPerChannel(Spectra.Of(_network), ratio);

        Assert.Equal([first, second], plan.Layers.Where(layer => layer.IsGdws).Select(layer => layer.Kernels));
    }

    [Fact]
    public void WhereGdwsDoesNotPay_TheLayerStaysDenseAndSaysSo()
    {
        // block.conv1: 12·8·9 = 864 MACs dense, 21 a kernel: 41 kernels pay, 42 don't.
        Spectra spectra = Spectra.Of(_network);
        PlannedLayer pays = Find(Planner.WithKernelsPerChannel(spectra, 41 / 8.0), "block.conv1");
        PlannedLayer not = Find(Planner.WithKernelsPerChannel(spectra, 42 / 8.0), "block.conv1");
        PlannedLayer always = Find(Planner.WithKernelsPerChannel(spectra, 42 / 8.0, always: true), "block.conv1");

        Assert.Equal((41, 41L * 21 * 64), (pays.Kernels, pays.MacsAfter));
        Assert.Equal((PlannedKind.Dense, 864L * 64, 0.0), (not.Kind, not.MacsAfter, not.WeightedError));
        Assert.Equal("stays dense: 42 kernels would take 882 MACs per pixel, dense 864", not.Reason);
        Assert.Equal((PlannedKind.Gdws, 42), (always.Kind, always.Kernels));
    }

    [Fact]
    public void WithinError_EveryLayerKeepsTheBound()
    {
        foreach (double beta in (double[])[0, 0.1, 10, 100])
        {
            GdwsPlan plan = Planner.WithinError(Spectra.Of(_network), beta, always: true);
            Assert.All(plan.Layers, layer => Assert.True(layer.WeightedError <= beta * (1 + 1e-12)));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WithinMacs_TheWholeNetworkMeetsTheBudgetByLessThanOneKernel(bool always)
    {
        Spectra spectra = Spectra.Of(_network, new SpectraOptions { IncludeFirst = true });
        long total = NetworkComplexity.Of(_network).Macs;
        for (double speedup = 1.2; speedup < 2.5; speedup += 0.1)
        {
            GdwsPlan plan = Planner.WithinMacs(spectra, speedup, always);

            Assert.Equal(total, plan.MacsBefore);
            Assert.InRange(plan.MacsAfter, Math.Floor(total / speedup) - (256 * 17), total / speedup);
            Assert.Equal(plan.MacsAfter, NetworkComplexity.Of(plan.ApplyTo(_network)).Macs);
        }
    }

    [Fact]
    public void KernelsRoundedUp_KeepTheBoundWithTheNextMultiple()
    {
        Spectra spectra = Spectra.Of(_network);
        GdwsPlan exact = Planner.WithinError(spectra, 0.5, always: true);
        GdwsPlan rounded = Planner.WithinError(spectra, 0.5, always: true, roundTo: 8);

        Assert.Contains(exact.Layers, layer => layer.Kernels % 8 != 0);
        Assert.All(exact.Layers.Zip(rounded.Layers).Where(pair => pair.First.IsGdws), pair =>
        {
            int all = spectra.Layers.Single(layer => layer.Name == pair.First.Name).Spectrum!.Components;
            Assert.Equal(Math.Min(all, (pair.First.Kernels + 7) / 8 * 8), pair.Second.Kernels);
            Assert.True(pair.Second.WeightedError <= pair.First.WeightedError);
        });
        Assert.Equal(8, GdwsPlan.FromJson(rounded.ToJson(), "plan").Budget.RoundTo);
    }

    [Fact]
    public void WithoutSpeedup_EveryLayerStaysDense()
    {
        GdwsPlan plan = Planner.WithinMacs(Spectra.Of(_network), 1);

        Assert.All(plan.Layers, layer => Assert.False(layer.IsGdws));
        Assert.Equal(plan.MacsBefore, plan.MacsAfter);
    }

    [Fact]
    public void ASpeedupOutOfReach_IsRefusedWithTheBestThereIs()
    {
        Spectra spectra = Spectra.Of(_network);

        GdwsException exception = Assert.Throws<GdwsException>(() => Planner.WithinMacs(spectra, 100));

        // Left alone: stem 3·8·9·256, shortcut 8·12·64, grouped 12·6·9·64, fc 120; one kernel: 21·64 twice.
        long reachable = (216 * 256) + (96 * 64) + (648 * 64) + 120 + (2 * 21 * 64);
        Assert.Contains($"{reachable:N0} of its", exception.Message, StringComparison.Ordinal);
        double best = double.Parse(exception.Message.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture);
        Assert.NotNull(Planner.WithinMacs(spectra, best));
        Assert.Throws<GdwsException>(() => Planner.WithinMacs(spectra, best + 0.011));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-1)]
    public void ImpossibleBudgets_AreRefused(double value)
    {
        Spectra spectra = Spectra.Of(_network);

        Assert.Throws<GdwsException>(() => Planner.WithinError(spectra, value));
        Assert.Throws<GdwsException>(() => Planner.WithKernelsPerChannel(spectra, value));
        Assert.Throws<GdwsException>(() => Planner.WithinMacs(spectra, value));
        Assert.Throws<GdwsException>(() => Planner.WithinMacs(spectra, 0.99));
    }

    [Fact]
    public void Sensitivity_DecidesWhichChannelsKeepKernels()
    {
        float[] first = [0, 1, 1, 1, 0, 1, 1, 1];
        Spectra spectra = Spectra.Of(_network).WeightedBy(new Dictionary<string, float[]>
        {
            ["block.conv1"] = first,
            ["block.conv2"] = [.. Enumerable.Repeat(1f, 12)],
            ["stem"] = [1, 2, 3],
        });

        PlannedLayer layer = Find(Planner.WithinError(spectra, 1, always: true), "block.conv1");

        Assert.Equal(first.Select(a => a > 0), layer.KernelsPerChannel.Select(g => g > 0));
    }

    [Fact]
    public void ASensitivityThatDoesNotFit_IsRefusedWithTheLayer()
    {
        Spectra spectra = Spectra.Of(_network);
        float[] ones = [.. Enumerable.Repeat(1f, 12)];

        foreach (float[] bad in (float[][])[[], [1], [1, 1, 1, 1, 1, 1, 1, -1], [1, 1, 1, 1, 1, 1, 1, float.NaN]])
        {
            GdwsException exception = Assert.Throws<GdwsException>(
                () => spectra.WeightedBy(new Dictionary<string, float[]> { ["block.conv1"] = bad, ["block.conv2"] = ones }));
            Assert.Contains("layer block.conv1", exception.Message, StringComparison.Ordinal);
        }

        GdwsException missing = Assert.Throws<GdwsException>(() => spectra.WeightedBy(new Dictionary<string, float[]> { ["block.conv2"] = ones }));
        Assert.Contains("block.conv1", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WeightsThatAreNoNumbers_AreRefusedWithTheLayer()
    {
        OnnxModel network = ConvolutionNetworks.Single(4, 10, 3, 3);
        float[] weight = network.Constant("a.weight")!.ToSingles();
        weight[100] = float.NaN;
        network.Constant("a.weight")!.RawData = OnnxTensor.Create("w", [360], weight).RawData;

        GdwsException exception = Assert.Throws<GdwsException>(() => Spectra.Of(network, new SpectraOptions { IncludeFirst = true }));

        Assert.Contains("layer a: the weight holds NaN at [2, 3, 0, 1]", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AWeightThatIsComputed_IsLeftAlone()
    {
        OnnxModel network = new Onnx.TestNetwork(17, 0, 4, 8, 8).Weight("w", 10, 4, 3, 3)
            .Node("Relu", "computed", ["w"]).Node("Conv", "y", ["images", "computed"]).Typed("y");

        NetworkLayer layer = Assert.Single(Spectra.Of(network, new SpectraOptions { IncludeFirst = true }).Layers);

        Assert.Equal("has a weight that is computed, not constant", layer.Reason);
    }

    private static PlannedLayer Find(GdwsPlan plan, string name) => plan.Layers.Single(layer => layer.Name == name);
}

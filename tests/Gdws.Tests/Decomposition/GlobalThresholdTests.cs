using Gdws.Decomposition;

namespace Gdws.Tests.Decomposition;

public sealed class GlobalThresholdTests
{
    private static readonly float[] _sensitivity = RandomWeights.Sensitivity(3, 8, withZeros: true);

    private static readonly CostedLayer[] _layers =
    [
        new() { Spectrum = RandomWeights.Spectrum(1, 8, 3, 3, 3), CostPerKernel = 17 * 64 },
        new() { Spectrum = RandomWeights.Spectrum(2, 16, 8, 3, 3), CostPerKernel = 25 * 16, Sensitivity = _sensitivity },
        new() { Spectrum = RandomWeights.Spectrum(4, 4, 16, 2, 2), CostPerKernel = 8 * 16, Weight = 2.5 },
    ];

    private static long Total => _layers.Sum(layer => layer.Spectrum.Components * layer.CostPerKernel);

    [Fact]
    public void TheCost_StaysWithinTheBudgetByLessThanOneComponent()
    {
        long most = Cost(GlobalThreshold.Select(_layers, long.MaxValue));
        for (long budget = (long)GlobalThreshold.LeastCost(_layers); budget < most; budget += 97)
        {
            long cost = Cost(GlobalThreshold.Select(_layers, budget));

            Assert.InRange(cost, budget - _layers.Max(layer => layer.CostPerKernel) + 1, budget);
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(16)]
    public void KernelsKeptByTheBlock_AreMultiplesWithinTheBudget(int roundTo)
    {
        CostedLayer[] layers = [.. _layers.Select(layer => layer with { RoundTo = roundTo })];
        for (long budget = (long)GlobalThreshold.LeastCost(layers); budget < Total; budget += 997)
        {
            IReadOnlyList<Selection> selections = GlobalThreshold.Select(layers, budget);

            Assert.All(selections, s => Assert.True(s.Kernels % roundTo == 0 || s.Kernels == s.Spectrum.Components, $"{s.Kernels}"));
            Assert.True(Cost(selections) <= budget);

            // Whatever the number, the best kernels of that number are kept.
            Assert.All(selections.Zip(layers), pair =>
                Assert.Equal(Mego.Select(pair.Second.Spectrum, pair.First.Kernels, pair.Second.Sensitivity.Span).WeightedError, pair.First.WeightedError, 1e-9));
        }
    }

    [Fact]
    public void ABlockOfNone_IsRefused()
    {
        GdwsException exception = Assert.Throws<GdwsException>(() => GlobalThreshold.Select([_layers[0] with { RoundTo = 0 }], Total));
        Assert.Contains("0 at a time", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALargerBudget_KeepsWhatASmallerOneKeeps()
    {
        IReadOnlyList<Selection>? before = null;
        for (long budget = (long)GlobalThreshold.LeastCost(_layers); budget < Total; budget += 211)
        {
            IReadOnlyList<Selection> selections = GlobalThreshold.Select(_layers, budget);
            if (before is not null)
            {
                Assert.All(selections.Zip(before), pair =>
                    Assert.All(pair.First.KernelsPerChannel.Zip(pair.Second.KernelsPerChannel), g => Assert.True(g.First >= g.Second)));
            }

            before = selections;
        }
    }

    [Fact]
    public void OneThreshold_SeparatesWhatIsKeptFromWhatIsDropped()
    {
        IReadOnlyList<Selection> selections = GlobalThreshold.Select(_layers, Total / 2);
        double leastKept = double.PositiveInfinity;
        double mostDropped = 0;
        for (int layer = 0; layer < _layers.Length; layer++)
        {
            Selection selection = selections[layer];
            for (int c = 0; c < selection.Spectrum.Inputs; c++)
            {
                for (int i = 0; i < selection.Spectrum.ComponentsPerChannel; i++)
                {
                    double value = selection.Spectrum.SingularValues(c)[i];
                    double gain = _layers[layer].Weight * selection.Sensitivity[c] * value * value / _layers[layer].CostPerKernel;
                    if (i < selection.KernelsPerChannel[c])
                        leastKept = Math.Min(leastKept, gain);
                    else
                        mostDropped = Math.Max(mostDropped, gain);
                }
            }
        }

        Assert.True(leastKept >= mostDropped * (1 - 1e-12));
    }

    [Fact]
    public void ForTwoSmallLayers_NoChoiceOfTheSameCostHasLessError()
    {
        // Equal costs make the relaxation exact, so every pair of kernel counts may be tried.
        CostedLayer[] layers =
        [
            new() { Spectrum = RandomWeights.Spectrum(5, 6, 3, 2, 2), CostPerKernel = 10 },
            new() { Spectrum = RandomWeights.Spectrum(6, 6, 2, 2, 2), CostPerKernel = 10, Weight = 0.7 },
        ];
        double[] first = BruteForce.LeastErrors(layers[0].Spectrum, [1, 1, 1]);
        double[] second = BruteForce.LeastErrors(layers[1].Spectrum, [1, 1]);

        for (int kernels = 2; kernels <= 20; kernels++)
        {
            double best = double.PositiveInfinity;
            for (int g = 1; g < first.Length; g++)
            {
                if (kernels - g >= 1 && kernels - g < second.Length)
                    best = Math.Min(best, first[g] + (0.7 * second[kernels - g]));
            }

            IReadOnlyList<Selection> selections = GlobalThreshold.Select(layers, kernels * 10);

            // With no kernel at all a layer costs as much as with one, so the threshold may leave one unused.
            double found = selections[0].WeightedError + (0.7 * selections[1].WeightedError);
            if (selections.All(selection => selection.Kernels > 0))
                Assert.Equal(best, found, 1e-9);
            else
                Assert.True(kernels < 8);
        }
    }

    [Fact]
    public void ALayerForWhichGdwsDoesNotPay_IsChargedAsDense()
    {
        CostedLayer[] layers = [.. _layers.Select(layer => layer with { DenseCost = layer.CostPerKernel * 5 })];
        long dense = layers.Sum(layer => layer.DenseCost);

        Assert.All(GlobalThreshold.Select(layers, dense), selection => Assert.True(selection.Kernels >= 5));
        Assert.Contains(GlobalThreshold.Select(layers, dense - 1), selection => selection.Kernels < 5);
    }

    [Fact]
    public void ComponentsThatAreWorthNothing_AreNeverKept()
    {
        IReadOnlyList<Selection> selections = GlobalThreshold.Select(_layers, long.MaxValue);

        for (int c = 0; c < 8; c++)
            Assert.Equal(selections[1].Sensitivity[c] > 0 ? 9 : 0, selections[1].KernelsPerChannel[c]);
    }

    [Fact]
    public void ABudgetBelowOneKernelALayer_IsRefusedWithTheNumber()
    {
        long least = (long)GlobalThreshold.LeastCost(_layers);

        GdwsException exception = Assert.Throws<GdwsException>(() => GlobalThreshold.Select(_layers, least - 1));

        Assert.Equal((17 * 64) + (25 * 16) + (8 * 16), least);
        Assert.Contains("1,616", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ImpossibleCostsAndWeights_AreRefused()
    {
        Assert.Throws<GdwsException>(() => GlobalThreshold.Select([_layers[0] with { CostPerKernel = 0 }], 1));
        Assert.Throws<GdwsException>(() => GlobalThreshold.Select([_layers[0] with { Weight = double.NaN }], long.MaxValue));
        Assert.Throws<GdwsException>(() => GlobalThreshold.Select([_layers[0] with { Sensitivity = new float[] { -1, 0, 0 } }], long.MaxValue));
    }

    private static long Cost(IReadOnlyList<Selection> selections) =>
        selections.Zip(_layers, (selection, layer) => layer.Cost(selection.Kernels)).Sum();
}

using CsCheck;
using Gdws.Decomposition;

namespace Gdws.Tests.Decomposition;

public sealed class ChoiceAllocationTests
{
    private static readonly Gen<LayerChoice[]> _anyChoices =
        Gen.Select(Gen.Int[0, 9], Gen.Double[0, 10], Gen.Double[0, 5], (kernels, cost, error) => new LayerChoice(kernels, cost, error)).Array[1, 7];

    /// <summary>A staircase: errors fall geometrically, costs rise in unequal stairs, and the dense layer without error.</summary>
    private static readonly Gen<LayerChoice[]> _stairs =
        from start in Gen.Double[0.1, 10]
        from rate in Gen.Double[0.3, 0.95]
        from rises in Gen.Double[0, 3].Array[2, 6]
        from dense in Gen.Double[0.5, 12]
        select (LayerChoice[])
        [
            new LayerChoice(null, dense, 0),
            .. rises.Select((_, i) => new LayerChoice(i + 1, 0.5 + rises.Take(i + 1).Sum(), start * Math.Pow(rate, i))),
        ];

    [Fact]
    public void OnAnyChoices_TheErrorIsWithinOneStepOfTheBest() =>
        Gen.Select(_anyChoices.Array[1, 4], Gen.Double[0, 1]).Sample(pair => AssertWithinOneStep(pair.Item1, pair.Item2), iter: 1000);

    [Fact]
    public void OnStairs_TheErrorIsWithinOneStepOfTheBest() =>
        Gen.Select(_stairs.Array[1, 4], Gen.Double[0, 1]).Sample(pair => AssertWithinOneStep(pair.Item1, pair.Item2), iter: 1000);

    [Fact]
    public void OnConvexCurvesOfEqualSteps_TheChoiceIsTheBest() => (
        from layers in (from start in Gen.Double[0.1, 10]
                        from rate in Gen.Double[0.3, 0.9]
                        select Enumerable.Range(1, 6).Select(g => new LayerChoice(g, g, start * Math.Pow(rate, g))).ToArray()).Array[3]
        from budget in Gen.Double[3, 20]
        select (layers, budget)).Sample(
        pair =>
        {
            IReadOnlyList<LayerChoice> chosen = ChoiceAllocation.Select(pair.layers, pair.budget);

            Assert.Equal(BestError(pair.layers, pair.budget), chosen.Sum(choice => choice.Error), 1e-9);
        },
        iter: 300);

    [Fact]
    public void WhatABudgetLeaves_IsSpentWhereItSavesMost()
    {
        // The step to 10 doesn't fit; the one to 3, above the hull, does.
        LayerChoice[] layer = [new(1, 1, 10), new(2, 3, 9), new(3, 10, 0)];

        Assert.Equal(2, ChoiceAllocation.Select([layer], 5)[0].Kernels);
        Assert.Equal(3, ChoiceAllocation.Select([layer], 10)[0].Kernels);
        Assert.Equal(1, ChoiceAllocation.Select([layer], 2.9)[0].Kernels);
    }

    [Fact]
    public void MoreKernelsThatCostLess_AreTaken()
    {
        LayerChoice[] layer = [new(8, 5, 4), new(16, 3, 2)];

        Assert.Equal(16, ChoiceAllocation.Select([layer], 5)[0].Kernels);
    }

    [Fact]
    public void ABudgetBelowTheLeast_IsRefusedWithTheLeast()
    {
        LayerChoice[] layer = [new(1, 2.5, 10), new(2, 3, 9)];

        GdwsException exception = Assert.Throws<GdwsException>(() => ChoiceAllocation.Select([layer, layer], 4.9));

        Assert.Contains("4.9 is less than the least that the layers need, 5", exception.Message, StringComparison.Ordinal);
        Assert.Equal(5, ChoiceAllocation.LeastCost([layer, layer]));
    }

    [Theory]
    [InlineData(double.NaN, 1)]
    [InlineData(-1, 1)]
    [InlineData(1, double.NaN)]
    [InlineData(1, -1)]
    [InlineData(double.PositiveInfinity, 1)]
    public void ChoicesThatAreNoNumbers_AreRefused(double cost, double error)
    {
        Assert.Throws<GdwsException>(() => ChoiceAllocation.Select([[new LayerChoice(1, cost, error)]], 10));
        Assert.Throws<GdwsException>(() => ChoiceAllocation.Select([[new LayerChoice(1, 1, 1)]], double.NaN));
        Assert.Throws<GdwsException>(() => ChoiceAllocation.Select([[]], 10));
    }

    private static void AssertWithinOneStep(LayerChoice[][] layers, double share)
    {
        double least = layers.Sum(choices => choices.Min(choice => choice.Cost));
        double most = layers.Sum(choices => choices.Max(choice => choice.Cost));
        double budget = least + (share * (most - least)) + 1e-9;

        IReadOnlyList<LayerChoice> chosen = ChoiceAllocation.Select(layers, budget);

        Assert.True(chosen.Sum(choice => choice.Cost) <= budget);
        Assert.All(chosen.Zip(layers), pair => Assert.Contains(pair.First, pair.Second));
        double found = chosen.Sum(choice => choice.Error), best = BestError(layers, budget), relaxed = RelaxedError(layers, budget);
        Assert.True(relaxed <= best + 1e-9, "the relaxation must bound what brute force finds");
        Assert.True(found >= best - 1e-9);
        double largestStep = layers.Max(choices => choices.Max(choice => choice.Error) - choices.Min(choice => choice.Error));
        Assert.True(found <= relaxed + largestStep + 1e-9, $"{found} found, {relaxed} relaxed, {largestStep} a step");
    }

    private static double BestError(LayerChoice[][] layers, double budget, int layer = 0)
    {
        if (layer == layers.Length)
            return 0;
        double best = double.PositiveInfinity;
        foreach (LayerChoice choice in layers[layer].Where(choice => choice.Cost <= budget))
            best = Math.Min(best, choice.Error + BestError(layers, budget - choice.Cost, layer + 1));
        return best;
    }

    /// <summary>
    /// The value of the linear relaxation, by duality: the largest over all prices of Σ min (error + price·cost) − price·budget. As a function of the
    /// price it is concave with corners at the slopes between two choices of a layer.
    /// </summary>
    private static double RelaxedError(LayerChoice[][] layers, double budget)
    {
        IEnumerable<double> prices = layers
            .SelectMany(choices => choices.SelectMany(a => choices.Where(b => b.Cost > a.Cost).Select(b => (a.Error - b.Error) / (b.Cost - a.Cost))))
            .Where(price => price > 0 && double.IsFinite(price))
            .Append(0);
        return prices.Max(price => layers.Sum(choices => choices.Min(choice => choice.Error + (price * choice.Cost))) - (price * budget));
    }
}

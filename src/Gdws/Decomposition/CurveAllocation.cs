namespace Gdws.Decomposition;

/// <summary>Shares one budget between layers whose errors are curves rather than sums of components.</summary>
/// <remarks>
/// Minimises Σ λ_n e_n(G_n) + τ·cost_n(G_n), every layer by itself, with the price τ found by bisection so that the costs just fit (Everett 1963). What is then
/// left of the budget goes to the kernels that gain most per cost.
/// </remarks>
public static class CurveAllocation
{
    private const int Bisections = 200;

    /// <summary>The cost that no choice goes below.</summary>
    /// <param name="layers">The layers.</param>
    public static Int128 LeastCost(IReadOnlyList<CurvedLayer> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        return layers.Aggregate((Int128)0, (sum, layer) => sum + Math.Min(layer.Cost(layer.Fewest), layer.DenseCost));
    }

    /// <summary>Chooses the kernels of every layer.</summary>
    /// <param name="layers">The layers.</param>
    /// <param name="budget">The largest allowed sum of costs.</param>
    /// <returns>G for every layer, or null where it stays dense.</returns>
    /// <exception cref="GdwsException">The budget is below <see cref="LeastCost"/>, or a cost or weight is out of its range.</exception>
    public static IReadOnlyList<int?> Select(IReadOnlyList<CurvedLayer> layers, long budget)
    {
        ArgumentNullException.ThrowIfNull(layers);
        foreach (CurvedLayer layer in layers)
        {
            if (layer.CostPerKernel < 1 || layer.DenseCost < 1 || layer.RoundTo < 1 || !(layer.Weight > 0 && double.IsFinite(layer.Weight)))
                throw new GdwsException("a layer's costs and rounding must be at least 1 and its weight a positive number");
        }

        if (LeastCost(layers) > budget)
            throw new GdwsException($"a budget of {budget:N0} is less than the least that the layers need, {LeastCost(layers):N0}");

        int?[] chosen = AtPrice(layers, 0);
        if (Cost(layers, chosen) <= budget)
            return chosen;

        // The price lies between one that buys too much and one that buys little enough.
        double low = 0;
        double high = 1e-12;
        int?[] fitting = AtPrice(layers, high);
        while (Cost(layers, fitting) > budget)
        {
            if (!double.IsFinite(high *= 16))
                return Cheapest(layers);
            fitting = AtPrice(layers, high);
        }

        for (int i = 0; i < Bisections && high - low > 1e-9 * high; i++)
        {
            double price = low > 0 ? Math.Sqrt(low * high) : high / 16;
            chosen = AtPrice(layers, price);
            if (Cost(layers, chosen) > budget)
                low = price;
            else
                (high, fitting) = (price, chosen);
        }

        Spend(layers, fitting, budget);
        return fitting;
    }

    private static int?[] AtPrice(IReadOnlyList<CurvedLayer> layers, double price)
    {
        int?[] chosen = new int?[layers.Count];
        for (int n = 0; n < chosen.Length; n++)
        {
            CurvedLayer layer = layers[n];
            chosen[n] = layer.Fewest;
            double best = layer.Error(layer.Fewest) + (price * layer.Cost(layer.Fewest));
            for (int kernels = layer.Fewest; kernels < layer.Curve.Most;)
            {
                kernels = layer.Next(kernels);
                if (layer.Cost(kernels) >= layer.DenseCost)
                    break;
                double value = layer.Error(kernels) + (price * layer.Cost(kernels));
                if (value < best)
                    (best, chosen[n]) = (value, kernels);
            }

            if (layer.DenseCost < long.MaxValue && price * layer.DenseCost < best)
                chosen[n] = null;
        }

        return chosen;
    }

    private static int?[] Cheapest(IReadOnlyList<CurvedLayer> layers) =>
        [.. layers.Select(layer => layer.DenseCost < layer.Cost(layer.Fewest) ? (int?)null : layer.Fewest)];

    private static void Spend(IReadOnlyList<CurvedLayer> layers, int?[] chosen, long budget)
    {
        Int128 cost = Cost(layers, chosen);
        while (true)
        {
            int best = -1;
            double bestGain = 0;
            for (int n = 0; n < chosen.Length; n++)
            {
                if (chosen[n] is not { } kernels || kernels >= layers[n].Curve.Most)
                    continue;
                int next = layers[n].Next(kernels);
                long more = layers[n].Cost(next) - layers[n].Cost(kernels);
                double gain = (layers[n].Error(kernels) - layers[n].Error(next)) / Math.Max(1, more);
                if (cost + more <= budget && layers[n].Cost(next) < layers[n].DenseCost && gain > bestGain)
                    (best, bestGain) = (n, gain);
            }

            if (best < 0)
                return;
            int after = layers[best].Next(chosen[best]!.Value);
            cost += layers[best].Cost(after) - layers[best].Cost(chosen[best]);
            chosen[best] = after;
        }
    }

    private static Int128 Cost(IReadOnlyList<CurvedLayer> layers, int?[] chosen)
    {
        Int128 sum = 0;
        for (int n = 0; n < chosen.Length; n++)
            sum += layers[n].Cost(chosen[n]);
        return sum;
    }
}

namespace Gdws.Decomposition;

/// <summary>Shares one budget between the layers of a network.</summary>
/// <remarks>
/// A component (layer, c, i) has the gain λ·α_c·σ_{c,i}² and the cost of a kernel of its layer. Kept are those whose gain per cost
/// reaches one threshold, the same in all layers; this solves the linear relaxation of the knapsack problem, so that at most one
/// component separates it from the best choice of whole ones. The threshold is found exactly, by sorting, instead of by bisection.
/// Where a layer keeps kernels by the block (<see cref="CostedLayer.RoundTo"/>), the blocks of its components in the order of their gains take
/// the place of components; their mean gains descend, so all of this holds for them.
/// </remarks>
public static class GlobalThreshold
{
    /// <summary>The cost that no selection goes below: one kernel in every layer.</summary>
    /// <param name="layers">The layers.</param>
    public static Int128 LeastCost(IReadOnlyList<CostedLayer> layers) => layers.Aggregate((Int128)0, (sum, layer) => sum + layer.Cost(0));

    /// <summary>Keeps components in the order of gain per cost for as long as the budget lasts.</summary>
    /// <param name="layers">The layers.</param>
    /// <param name="budget">The largest allowed sum of <see cref="CostedLayer.Cost"/>.</param>
    /// <returns>
    /// A selection for every layer. A larger budget keeps what a smaller one keeps and maybe more; components that are worth nothing are
    /// never kept (except to fill a block); the next block in the order would exceed the budget. Of equal gains per cost the earlier layer,
    /// the lower channel and the lower i come first.
    /// </returns>
    /// <exception cref="GdwsException">
    /// The budget is below <see cref="LeastCost"/>, or a sensitivity, cost or weight is out of its range.
    /// </exception>
    public static IReadOnlyList<Selection> Select(IReadOnlyList<CostedLayer> layers, long budget)
    {
        ArgumentNullException.ThrowIfNull(layers);
        float[][] sensitivities = [.. layers.Select(Validated)];
        Int128 cost = LeastCost(layers);
        if (cost > budget)
            throw new GdwsException($"a budget of {budget:N0} is less than one kernel in every layer, which costs {cost:N0}");

        int[][] counts = [.. layers.Select(layer => new int[layer.Spectrum.Inputs])];
        int[] kernels = new int[layers.Count];
        foreach (Block block in ByGainPerCost(layers, sensitivities))
        {
            CostedLayer layer = layers[block.Layer];
            int kept = kernels[block.Layer];
            Int128 more = (Int128)layer.Cost(kept + block.Channels.Count) - layer.Cost(kept);
            if (cost + more > budget)
                break;
            cost += more;
            kernels[block.Layer] += block.Channels.Count;
            foreach (int channel in block.Channels)
                counts[block.Layer][channel]++;
        }

        return [.. layers.Select((layer, index) => new Selection(layer.Spectrum, counts[index], sensitivities[index]))];
    }

    private static float[] Validated(CostedLayer layer)
    {
        if (layer.CostPerKernel < 1 || layer.DenseCost < 1)
            throw new GdwsException($"a layer's cost must be at least 1, found {Math.Min(layer.CostPerKernel, layer.DenseCost)}");
        if (layer.RoundTo < 1)
            throw new GdwsException($"kernels can't be kept by {layer.RoundTo} at a time, expected at least 1");
        if (!(layer.Weight > 0 && double.IsFinite(layer.Weight)))
            throw new GdwsException($"a layer's weight must be a positive number, found {layer.Weight}");
        return SensitivityVector.Validated(layer.Sensitivity.Span, layer.Spectrum.Inputs);
    }

    private static List<Block> ByGainPerCost(IReadOnlyList<CostedLayer> layers, float[][] sensitivities)
    {
        List<Block> blocks = [];
        for (int layer = 0; layer < layers.Count; layer++)
        {
            ComponentOrder order = new(layers[layer].Spectrum, sensitivities[layer]);
            double scale = layers[layer].Weight / layers[layer].CostPerKernel;
            int[] channels = order.Channels;
            int size = layers[layer].RoundTo;
            for (int end = order.Gains.Length, index = 0; end > 0 && order.Gains[end - 1] > 0; end -= size, index++)
            {
                int start = Math.Max(0, end - size);
                double sum = 0;
                foreach (double gain in order.Gains.AsSpan(start, end - start))
                    sum += gain;
                blocks.Add(new Block(scale * (sum / (end - start)), layer, index, new ArraySegment<int>(channels, start, end - start)));
            }
        }

        blocks.Sort();
        return blocks;
    }

    /// <summary>Components of one layer that are kept together.</summary>
    /// <param name="Gain">Their mean gain per cost.</param>
    /// <param name="Layer">The layer's position.</param>
    /// <param name="Index">The block's place in the order of its layer.</param>
    /// <param name="Channels">The channel of each component.</param>
    private readonly record struct Block(double Gain, int Layer, int Index, ArraySegment<int> Channels) : IComparable<Block>
    {
        public int CompareTo(Block other)
        {
            int order = other.Gain.CompareTo(Gain);
            if (order == 0)
                order = Layer.CompareTo(other.Layer);
            return order == 0 ? Index.CompareTo(other.Index) : order;
        }
    }
}

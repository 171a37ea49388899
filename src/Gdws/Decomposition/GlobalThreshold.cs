namespace Gdws.Decomposition;

/// <summary>Shares one budget between the layers of a network.</summary>
/// <remarks>
/// A component (layer, c, i) has the gain λ·α_c·σ_{c,i}² and the cost of a kernel of its layer. Kept are those whose gain per cost
/// reaches one threshold, the same in all layers; this solves the linear relaxation of the knapsack problem, so that at most one
/// component separates it from the best choice of whole ones. The threshold is found exactly, by sorting, instead of by bisection.
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
    /// never kept; the next component in the order would exceed the budget. Of equal gains per cost the earlier layer, the lower channel
    /// and the lower i come first.
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
        foreach ((int layer, int channel) in ByGainPerCost(layers, sensitivities))
        {
            Int128 more = layers[layer].Cost(kernels[layer] + 1) - layers[layer].Cost(kernels[layer]);
            if (cost + more > budget)
                break;
            cost += more;
            kernels[layer]++;
            counts[layer][channel]++;
        }

        return [.. layers.Select((layer, index) => new Selection(layer.Spectrum, counts[index], sensitivities[index]))];
    }

    private static float[] Validated(CostedLayer layer)
    {
        if (layer.CostPerKernel < 1 || layer.DenseCost < 1)
            throw new GdwsException($"a layer's cost must be at least 1, found {Math.Min(layer.CostPerKernel, layer.DenseCost)}");
        if (!(layer.Weight > 0 && double.IsFinite(layer.Weight)))
            throw new GdwsException($"a layer's weight must be a positive number, found {layer.Weight}");
        return SensitivityVector.Validated(layer.Sensitivity.Span, layer.Spectrum.Inputs);
    }

    private static List<(int Layer, int Channel)> ByGainPerCost(IReadOnlyList<CostedLayer> layers, float[][] sensitivities)
    {
        List<Candidate> candidates = new(layers.Sum(layer => layer.Spectrum.Components));
        for (int layer = 0; layer < layers.Count; layer++)
        {
            LayerSpectrum spectrum = layers[layer].Spectrum;
            double scale = layers[layer].Weight / layers[layer].CostPerKernel;
            for (int c = 0; c < spectrum.Inputs; c++)
            {
                ReadOnlySpan<double> values = spectrum.SingularValues(c);
                for (int i = 0; i < values.Length; i++)
                {
                    double gain = scale * (sensitivities[layer][c] * (values[i] * values[i]));
                    if (gain > 0)
                        candidates.Add(new Candidate(gain, layer, c, i));
                }
            }
        }

        candidates.Sort();
        return candidates.ConvertAll(candidate => (candidate.Layer, candidate.Channel));
    }

    private readonly record struct Candidate(double Gain, int Layer, int Channel, int Component) : IComparable<Candidate>
    {
        public int CompareTo(Candidate other)
        {
            int order = other.Gain.CompareTo(Gain);
            if (order == 0)
                order = Layer.CompareTo(other.Layer);
            if (order == 0)
                order = Channel.CompareTo(other.Channel);
            return order == 0 ? Component.CompareTo(other.Component) : order;
        }
    }
}

namespace Gdws.Decomposition;

/// <summary>Shares one budget between layers whose costs follow no simple law, e.g. measured times, which rise in stairs.</summary>
/// <remarks>
/// Every layer has a list of choices (cost, error), of which it takes one: the multiple-choice knapsack problem. Of each list only the lower convex hull
/// matters to the linear relaxation,
/// <code>
///   error
///     │×
///     │ \   ·          × on the hull     · above it
///     │  ×─__ ·
///     │      ‾‾──×───
///     └────────────── cost
/// </code>
/// and taking the steps of all hulls in the order of error saved per cost solves it (Sinha and Zoltners 1979); that order is the same as one price for all
/// layers (Everett 1963). The first step that doesn't fit is the only one that the relaxation would take in part, so the choice made here is worse than the
/// best one by less than that step saves. What is left of the budget then goes to the choices, on a hull or not, that save most per cost.
/// Nothing is assumed of the order of the costs: more kernels may cost less.
/// </remarks>
public static class ChoiceAllocation
{
    /// <summary>The cost that no choice goes below.</summary>
    /// <param name="layers">The choices of every layer, at least one each.</param>
    public static double LeastCost(IReadOnlyList<IReadOnlyList<LayerChoice>> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        return layers.Sum(choices => choices.Min(choice => choice.Cost));
    }

    /// <summary>Chooses for every layer.</summary>
    /// <param name="layers">The choices of every layer, at least one each.</param>
    /// <param name="budget">The largest allowed sum of costs.</param>
    /// <returns>One of its choices for every layer. Of equal savings per cost the earlier layer's comes first.</returns>
    /// <exception cref="GdwsException">The budget is below <see cref="LeastCost"/>, or a cost or an error is out of its range.</exception>
    public static IReadOnlyList<LayerChoice> Select(IReadOnlyList<IReadOnlyList<LayerChoice>> layers, double budget)
    {
        ArgumentNullException.ThrowIfNull(layers);
        LayerChoice[][] worthwhile = [.. layers.Select(Worthwhile)];
        LayerChoice[] chosen = [.. worthwhile.Select(choices => choices[0])];
        double cost = chosen.Sum(choice => choice.Cost);
        if (!(cost <= budget))
            throw new GdwsException($"a budget of {budget} is less than the least that the layers need, {cost}");

        foreach (Step step in StepsByWorth(worthwhile))
        {
            if (cost + step.Cost > budget)
                break;
            chosen[step.Layer] = step.Target;
            cost = chosen.Sum(choice => choice.Cost);
        }

        Spend(worthwhile, chosen, budget);
        return chosen;
    }

    /// <summary>The choices that are better than every cheaper one, by cost.</summary>
    private static LayerChoice[] Worthwhile(IReadOnlyList<LayerChoice> choices)
    {
        if (choices.Count == 0)
            throw new GdwsException("a layer has nothing to choose from");
        foreach (LayerChoice choice in choices)
        {
            if (!(choice.Cost >= 0 && double.IsFinite(choice.Cost) && choice.Error >= 0 && double.IsFinite(choice.Error)))
                throw new GdwsException($"costs and errors must be finite and at least 0, found {choice.Cost} and {choice.Error}");
        }

        List<LayerChoice> kept = [];
        foreach (LayerChoice choice in choices.OrderBy(choice => choice.Cost).ThenBy(choice => choice.Error))
        {
            if (kept.Count == 0 || choice.Error < kept[^1].Error)
                kept.Add(choice);
        }

        return [.. kept];
    }

    private static List<Step> StepsByWorth(LayerChoice[][] layers)
    {
        List<Step> steps = [];
        for (int layer = 0; layer < layers.Length; layer++)
        {
            LayerChoice[] hull = Hull(layers[layer]);
            for (int i = 1; i < hull.Length; i++)
                steps.Add(new Step(Worth(hull[i - 1], hull[i]), layer, i, hull[i].Cost - hull[i - 1].Cost, hull[i]));
        }

        steps.Sort();
        return steps;
    }

    /// <summary>The corners of the lower convex hull; worths of its steps strictly descend.</summary>
    private static LayerChoice[] Hull(LayerChoice[] choices)
    {
        List<LayerChoice> hull = [];
        foreach (LayerChoice choice in choices)
        {
            while (hull.Count >= 2 && Worth(hull[^2], hull[^1]) <= Worth(hull[^1], choice))
                hull.RemoveAt(hull.Count - 1);
            hull.Add(choice);
        }

        return [.. hull];
    }

    private static void Spend(LayerChoice[][] layers, LayerChoice[] chosen, double budget)
    {
        while (true)
        {
            double cost = chosen.Sum(choice => choice.Cost);
            int best = -1;
            double bestWorth = 0;
            LayerChoice target = default;
            for (int n = 0; n < chosen.Length; n++)
            {
                foreach (LayerChoice choice in layers[n])
                {
                    if (choice.Cost <= chosen[n].Cost || cost + (choice.Cost - chosen[n].Cost) > budget)
                        continue;
                    double worth = Worth(chosen[n], choice);
                    if (worth > bestWorth)
                        (best, bestWorth, target) = (n, worth, choice);
                }
            }

            if (best < 0)
                return;
            chosen[best] = target;
        }
    }

    private static double Worth(LayerChoice from, LayerChoice to) => (from.Error - to.Error) / (to.Cost - from.Cost);

    /// <summary>From one corner of a layer's hull to the next.</summary>
    private readonly record struct Step(double Worth, int Layer, int Index, double Cost, LayerChoice Target) : IComparable<Step>
    {
        public int CompareTo(Step other)
        {
            int order = other.Worth.CompareTo(Worth);
            if (order == 0)
                order = Layer.CompareTo(other.Layer);
            return order == 0 ? Index.CompareTo(other.Index) : order;
        }
    }
}

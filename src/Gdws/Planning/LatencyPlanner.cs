using Gdws.Decomposition;

namespace Gdws.Planning;

/// <summary>Chooses the components that every layer keeps by what they cost in measured time.</summary>
/// <remarks>
/// One price of a millisecond for all layers, as <see cref="Planner.WithinMacs"/> has one of a multiply-accumulate; the times come from a
/// <see cref="LatencyModel"/> and rise in stairs, so a layer keeps a multiple of what the engine works on at once, and one that GDWS doesn't make faster
/// stays dense.
/// </remarks>
public static class LatencyPlanner
{
    // Adding up times in another order differs in the last digits; the network as it is must be within its own time.
    private const double Rounding = 1e-12;

    /// <summary>The whole network needs at most 1/R of its time.</summary>
    /// <param name="spectra">The network's spectra.</param>
    /// <param name="model">The measured times of its layers.</param>
    /// <param name="speedup">R, finite and at least 1, e.g. 2.</param>
    /// <param name="always">Whether layers become GDWS convolutions also where that doesn't pay.</param>
    /// <param name="roundTo">The number of kernels of a layer is also a multiple of this, or all of its components; at least 1.</param>
    /// <exception cref="GdwsException">R is out of its range or can't be reached (the message says what can), or the model is of another network.</exception>
    public static GdwsPlan WithinSpeedup(Spectra spectra, LatencyModel model, double speedup, bool always = false, int roundTo = 1) =>
        Plan(spectra, new Budget(BudgetKind.Speedup, speedup, roundTo) { Latency = model }, always);

    /// <summary>The whole network needs at most so many milliseconds a run.</summary>
    /// <param name="spectra">The network's spectra.</param>
    /// <param name="model">The measured times of its layers.</param>
    /// <param name="milliseconds">Of one run of the model's batch; finite and above 0, e.g. 2.5.</param>
    /// <param name="always">Whether layers become GDWS convolutions also where that doesn't pay.</param>
    /// <param name="roundTo">The number of kernels of a layer is also a multiple of this, or all of its components; at least 1.</param>
    /// <exception cref="GdwsException">The time can't be reached (the message says what can), or the model is of another network.</exception>
    public static GdwsPlan WithinMilliseconds(Spectra spectra, LatencyModel model, double milliseconds, bool always = false, int roundTo = 1) =>
        Plan(spectra, new Budget(BudgetKind.Latency, milliseconds, roundTo) { Latency = model }, always);

    /// <summary>Chooses numbers of kernels by the errors that each layer has with them.</summary>
    /// <param name="spectra">The network's spectra.</param>
    /// <param name="budget">A budget of time, with its latency model.</param>
    /// <param name="always">Whether layers become GDWS convolutions also where that doesn't pay.</param>
    /// <param name="layers">The layers that may change, each with its fewest kernels and its error by their number.</param>
    /// <returns>G for every layer, or null where it stays dense.</returns>
    /// <exception cref="GdwsException">The budget can't be reached (the message says what can), or the model is of another network.</exception>
    public static IReadOnlyList<int?> Choose(
        Spectra spectra, Budget budget, bool always, IReadOnlyList<(NetworkLayer Layer, int Fewest, Func<int, double> Error)> layers)
    {
        ArgumentNullException.ThrowIfNull(spectra);
        ArgumentNullException.ThrowIfNull(budget);
        ArgumentNullException.ThrowIfNull(layers);
        LatencyModel model = budget.Latency ?? throw new GdwsException("a budget of time needs the measured times of the layers");
        model.RequireFor(spectra.Network);
        Dictionary<string, LatencyLayer> times = model.Layers.ToDictionary(layer => layer.Name, StringComparer.Ordinal);
        List<LayerChoice[]> choices = [];
        double rest = model.Milliseconds;
        foreach ((NetworkLayer layer, int fewest, Func<int, double> error) in layers)
        {
            LatencyLayer measured = times[layer.Name];
            if (!measured.HasCurve)
                throw new GdwsException($"{spectra.Network.Source}: layer {layer.Name} may change, but it was measured only as it is");
            LatencyCurve curve = model.CurveOf(measured);
            double dense = model.MillisecondsOf(measured, null);
            rest -= dense;
            IEnumerable<LayerChoice> changed = curve.Suitable(layer.Spectrum!.Components, fewest, budget.RoundTo)
                .Select(kernels => new LayerChoice(kernels, model.Scale * curve.At(kernels), error(kernels)));
            choices.Add(always ? [.. changed] : [new LayerChoice(null, dense, 0), .. changed.Where(choice => choice.Cost < dense)]);
        }

        double target = Target(budget, model), least = ChoiceAllocation.LeastCost(choices);
        RequireReachable(spectra, budget, model, rest + least);
        return [.. ChoiceAllocation.Select(choices, Math.Max(target - rest, least)).Select(choice => choice.Kernels)];
    }

    /// <summary>The plan with what the latency model predicts for it.</summary>
    /// <param name="plan">A plan of the network that was measured.</param>
    /// <param name="model">The measured times.</param>
    public static GdwsPlan Timed(GdwsPlan plan, LatencyModel model)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(model);
        Dictionary<string, LatencyLayer> times = model.Layers.ToDictionary(layer => layer.Name, StringComparer.Ordinal);
        PlannedLayer[] layers = [.. plan.Layers.Select(layer => times.TryGetValue(layer.Name, out LatencyLayer? measured)
            ? layer with
            {
                MillisecondsBefore = model.MillisecondsOf(measured, null),
                MillisecondsAfter = model.MillisecondsOf(measured, layer.IsGdws ? layer.Kernels : null),
            }
            : layer)];
        return plan with
        {
            Layers = [.. layers],
            Latency = new PlanLatency
            {
                Machine = model.Machine,
                Engine = model.Engine,
                Batch = model.Batch,
                Threads = model.Threads,
                MillisecondsBefore = model.Milliseconds,
                MillisecondsAfter = Math.Max(0, model.Milliseconds + layers.Sum(layer => layer.MillisecondsAfter - layer.MillisecondsBefore ?? 0)),
            },
        };
    }

    private static GdwsPlan Plan(Spectra spectra, Budget budget, bool always)
    {
        ArgumentNullException.ThrowIfNull(spectra);
        ArgumentNullException.ThrowIfNull(budget.Latency);
        NetworkLayer[] layers = [.. spectra.Layers.Where(layer => layer.Spectrum is not null)];
        IReadOnlyList<int?> numbers = Choose(spectra, budget, always, [.. layers.Select(layer => (layer, 0, Errors(layer)))]);
        Dictionary<string, ChosenKernels> chosen = new(StringComparer.Ordinal);
        foreach ((NetworkLayer layer, int? number) in layers.Zip(numbers))
        {
            if (number is not { } kernels)
                continue;
            Selection selection = Mego.Select(layer.Spectrum!, kernels, layer.Sensitivity.Span);
            chosen[layer.Name] = new ChosenKernels(selection.KernelsPerChannel, selection.WeightedError);
        }

        // Whether GDWS pays was decided by time; MACs have no say.
        return Timed(Planner.WithKernels(spectra, budget, chosen, always: true), budget.Latency);
    }

    private static Func<int, double> Errors(NetworkLayer layer)
    {
        double[] errors = Mego.LeastErrors(layer.Spectrum!, layer.Sensitivity.Span);
        return kernels => layer.Weight * errors[kernels];
    }

    private static double Target(Budget budget, LatencyModel model)
    {
        bool isRatio = budget.Kind == BudgetKind.Speedup;
        if (!isRatio && budget.Kind != BudgetKind.Latency)
            throw new GdwsException($"{budget.Kind} is no budget of time");
        if (!(double.IsFinite(budget.Value) && (isRatio ? budget.Value >= 1 : budget.Value > 0)))
        {
            throw new GdwsException(isRatio
                ? $"the speed-up is {budget.Value}, expected a finite number of at least 1"
                : $"the time is {budget.Value} ms, expected a finite number above 0");
        }

        return isRatio ? model.Milliseconds / budget.Value : budget.Value;
    }

    private static void RequireReachable(Spectra spectra, Budget budget, LatencyModel model, double least)
    {
        double target = Target(budget, model);
        if (least <= target * (1 + Rounding))
            return;
        double best = Math.Floor(100 * model.Milliseconds / Math.Max(least, 1e-9)) / 100;
        string wanted = budget.Kind == BudgetKind.Speedup ? $"a speed-up of {budget.Value} ({target:F3} ms)" : $"a time of {budget.Value} ms";
        throw new GdwsException(
            $"{spectra.Network.Source}: {wanted} can't be reached on {model.Engine} with batch {model.Batch} and {model.Threads} {(model.Threads == 1 ? "thread" : "threads")}: with the fewest "
            + $"kernels in every layer that may change the network takes {Math.Ceiling(1000 * least) / 1000:F3} of its {model.Milliseconds:F3} ms, a speed-up of {best}");
    }
}

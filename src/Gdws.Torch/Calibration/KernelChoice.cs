using Gdws.Decomposition;
using Gdws.Planning;

namespace Gdws.Torch.Calibration;

/// <summary>Chooses how many and which kernels every layer keeps.</summary>
/// <remarks>
/// β bounds, in a calibration, the share of a layer's output variance that is lost, so that it means the same in every layer and network.
/// </remarks>
internal static class KernelChoice
{
    /// <summary>Makes the plan.</summary>
    /// <param name="spectra">The plain spectra of the network.</param>
    /// <param name="layers">The layers.</param>
    /// <param name="budget">What bounds the choice.</param>
    /// <param name="always">Whether layers become GDWS convolutions also where that doesn't pay.</param>
    /// <returns>The plan, and for every GDWS layer its kernels by its name.</returns>
    public static (GdwsPlan Plan, Dictionary<string, KernelSet> Kernels) Of(
        Spectra spectra, IReadOnlyList<CalibratedLayer> layers, Budget budget, bool always)
    {
        bool ordered = layers.All(layer => layer.Removal is not null);
        Dictionary<string, (int[] Counts, double Error, Func<KernelSet> Kernels)> chosen = ordered
            ? ByOrder(spectra, layers, budget, always)
            : BySingularValues(spectra, layers, budget, always);
        GdwsPlan plan = Planner.WithKernels(
            spectra,
            budget,
            chosen.ToDictionary(pair => pair.Key, pair => new ChosenKernels([.. pair.Value.Counts], pair.Value.Error), StringComparer.Ordinal),
            always || budget.IsOfTime);
        if (budget.Latency is { } latency)
            plan = LatencyPlanner.Timed(plan, latency);
        return (plan, plan.Layers.Where(layer => layer.IsGdws).ToDictionary(layer => layer.Name, layer => chosen[layer.Name].Kernels(), StringComparer.Ordinal));
    }

    /// <summary>The largest speed-up in multiply-accumulates that can be reached.</summary>
    public static double MostSpeedup(Spectra spectra, IReadOnlyList<CalibratedLayer> layers, bool always, int roundTo) => Planner.MostSpeedup(
        spectra,
        layers.All(layer => layer.Removal is not null)
            ? CurveAllocation.LeastCost([.. layers.Select(layer => Curved(layer, always, roundTo))])
            : GlobalThreshold.LeastCost([.. layers.Select(layer => Costed(layer, always, roundTo))]));

    private static Dictionary<string, (int[] Counts, double Error, Func<KernelSet> Kernels)> ByOrder(
        Spectra spectra, IReadOnlyList<CalibratedLayer> layers, Budget budget, bool always)
    {
        int?[] numbers = budget.Kind switch
        {
            _ when budget.IsOfTime => [.. ByTime(spectra, layers, budget, always, layer => (layer.Removal!.Curve.Fewest, layer.Removal.Curve.At))],
            BudgetKind.SpeedupMacs => [.. ByCurves(spectra, [.. layers.Select(layer => Curved(layer, always, budget.RoundTo))], budget)],
            BudgetKind.KernelsPerChannel => [.. layers.Select(layer => (int?)Clamp(layer, Ratio(layer, budget)))],
            _ => [.. layers.Select(layer => (int?)Clamp(layer, Rounded(WithinError(layer.Removal!.Curve, budget.Value * layer.Problem.DenseError), budget.RoundTo)))],
        };
        Dictionary<string, (int[], double, Func<KernelSet>)> chosen = new(StringComparer.Ordinal);
        for (int i = 0; i < layers.Count; i++)
        {
            if (numbers[i] is not { } number)
                continue;
            CalibratedLayer layer = layers[i];
            KernelSet kernels = layer.Removal!.At(number);
            chosen[layer.Layer.Name] = (kernels.PerChannel(layer.Spectrum.Inputs), layer.Removal.Curve.At(number), () => kernels);
        }

        return chosen;
    }

    private static Dictionary<string, (int[] Counts, double Error, Func<KernelSet> Kernels)> BySingularValues(
        Spectra spectra, IReadOnlyList<CalibratedLayer> layers, Budget budget, bool always)
    {
        IReadOnlyList<Selection?> selections;
        if (budget.IsOfTime)
        {
            selections = SelectedByTime(spectra, layers, budget, always);
        }
        else
        {
            selections = budget.Kind switch
            {
                BudgetKind.SpeedupMacs => ByThreshold(spectra, [.. layers.Select(layer => Costed(layer, always, budget.RoundTo))], budget),
                BudgetKind.KernelsPerChannel => [.. layers.Select(layer => Mego.Select(layer.Spectrum, Ratio(layer, budget)))],
                _ => [.. layers.Select(layer => WithinShare(layer, budget))],
            };
        }

        Dictionary<string, (int[], double, Func<KernelSet>)> chosen = new(StringComparer.Ordinal);
        for (int i = 0; i < layers.Count; i++)
        {
            if (selections[i] is not { } selection)
                continue;
            torch.Device device = layers[i].Problem.Weight.device;
            chosen[layers[i].Layer.Name] = ([.. selection.KernelsPerChannel], selection.WeightedError, () => KernelSet.Of(selection, device));
        }

        return chosen;
    }

    private static IReadOnlyList<int?> ByCurves(Spectra spectra, CurvedLayer[] layers, Budget budget)
    {
        Planner.RequireReachable(spectra, budget.Value, CurveAllocation.LeastCost(layers));
        return CurveAllocation.Select(layers, Planner.MacBudget(spectra, budget.Value));
    }

    private static IReadOnlyList<int?> ByTime(
        Spectra spectra,
        IReadOnlyList<CalibratedLayer> layers,
        Budget budget,
        bool always,
        Func<CalibratedLayer, (int Fewest, Func<int, double> Error)> curve) => LatencyPlanner.Choose(
            spectra,
            budget,
            always,
            [.. layers.Select(layer =>
            {
                (int fewest, Func<int, double> error) = curve(layer);
                return (layer.Layer, fewest, (Func<int, double>)(kernels => layer.Weight * error(kernels)));
            })]);

    private static Selection?[] SelectedByTime(Spectra spectra, IReadOnlyList<CalibratedLayer> layers, Budget budget, bool always)
    {
        IReadOnlyList<int?> numbers = ByTime(spectra, layers, budget, always, layer => (0, LeastErrors(layer)));
        return [.. layers.Select((layer, i) => numbers[i] is { } kernels ? Mego.Select(layer.Spectrum, kernels) : null)];
    }

    private static Func<int, double> LeastErrors(CalibratedLayer layer)
    {
        double[] errors = Mego.LeastErrors(layer.Spectrum);
        return kernels => errors[kernels];
    }

    private static IReadOnlyList<Selection> ByThreshold(Spectra spectra, CostedLayer[] layers, Budget budget)
    {
        Planner.RequireReachable(spectra, budget.Value, GlobalThreshold.LeastCost(layers));
        return GlobalThreshold.Select(layers, Planner.MacBudget(spectra, budget.Value));
    }

    private static int Ratio(CalibratedLayer layer, Budget budget)
    {
        double kernels = Math.Min(Math.Round(budget.Value * layer.Spectrum.Inputs, MidpointRounding.AwayFromZero), layer.Spectrum.Components);
        return Math.Min(Rounded((int)kernels, budget.RoundTo), layer.Spectrum.Components);
    }

    private static int Rounded(int kernels, int roundTo) => (int)Math.Min(((long)kernels + roundTo - 1) / roundTo * roundTo, int.MaxValue);

    private static Selection WithinShare(CalibratedLayer layer, Budget budget)
    {
        Selection selection = Lego.Select(layer.Spectrum, budget.Value * layer.TotalError());
        return Mego.Select(layer.Spectrum, Math.Min(Rounded(selection.Kernels, budget.RoundTo), layer.Spectrum.Components));
    }

    private static int Clamp(CalibratedLayer layer, int kernels) => Math.Clamp(kernels, layer.Removal!.Curve.Fewest, layer.Removal.Curve.Most);

    private static int WithinError(ErrorCurve curve, double error)
    {
        int low = curve.Fewest, high = curve.Most;
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            if (curve.At(middle) <= error)
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }

    private static CurvedLayer Curved(CalibratedLayer layer, bool always, int roundTo) => new()
    {
        Curve = layer.Removal!.Curve,
        CostPerKernel = CostPerKernel(layer),
        DenseCost = always ? long.MaxValue : layer.Convolution.Macs,
        Weight = layer.Weight,
        RoundTo = roundTo,
    };

    private static CostedLayer Costed(CalibratedLayer layer, bool always, int roundTo) => new()
    {
        Spectrum = layer.Spectrum,
        CostPerKernel = CostPerKernel(layer),
        DenseCost = always ? long.MaxValue : layer.Convolution.Macs,
        Weight = layer.Weight,
        RoundTo = roundTo,
    };

    private static long CostPerKernel(CalibratedLayer layer) =>
        Complexity.Component(layer.Spectrum.Outputs, layer.Spectrum.KernelSize) * layer.Convolution.OutputSize.Height * layer.Convolution.OutputSize.Width;
}

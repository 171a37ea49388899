using Gdws.Decomposition;
using Gdws.Onnx;

namespace Gdws.Planning;

/// <summary>Chooses the components that every layer of a network keeps.</summary>
/// <remarks>
/// A layer for which GDWS would take as many multiply-accumulates as it takes now, or more, stays dense, and the plan says so; with
/// <c>always</c> it becomes a GDWS convolution nevertheless. With <c>roundTo</c> the number of kernels of every layer is a multiple of it:
/// runtimes work on channels in blocks, of 16 where registers hold 16 numbers, and ONNX Runtime is two to four times slower with any other
/// number. Within an error bound or a number of kernels per channel it rounds up.
/// </remarks>
public static class Planner
{
    /// <summary>The <c>roundTo</c> that suits ONNX Runtime and other runtimes: with AVX-512 they work on 16 channels at once, else on 8 or 4.</summary>
    public const int RuntimeBlock = 16;

    /// <summary>LEGO with the same bound for every layer: the fewest kernels within a weighted error of β.</summary>
    /// <param name="spectra">The network's spectra.</param>
    /// <param name="beta">β, finite and at least 0, e.g. 0.005. It bounds the squared error of every layer by itself.</param>
    /// <param name="always">Whether layers become GDWS convolutions also where that doesn't pay.</param>
    /// <param name="roundTo">The number of kernels of a layer is a multiple of this, or all of its components; at least 1, e.g. 16.</param>
    /// <exception cref="GdwsException">β is out of its range.</exception>
    public static GdwsPlan WithinError(Spectra spectra, double beta, bool always = false, int roundTo = 1)
    {
        ArgumentNullException.ThrowIfNull(spectra);
        RequireRange("the error bound (beta)", beta, least: 0);
        return Plan(spectra, new Budget(BudgetKind.Beta, beta, roundTo), always, layer =>
            RoundedUp(layer, Lego.Select(layer.Spectrum!, beta, layer.Sensitivity.Span), roundTo));
    }

    /// <summary>MEGO with G = round(R·C) kernels in every layer: the smallest weighted error that they allow.</summary>
    /// <param name="spectra">The network's spectra.</param>
    /// <param name="ratio">R, kernels per input channel, finite and at least 0, e.g. 1.5; halves are rounded up.</param>
    /// <param name="always">Whether layers become GDWS convolutions also where that doesn't pay.</param>
    /// <param name="roundTo">The number of kernels of a layer is a multiple of this, or all of its components; at least 1, e.g. 16.</param>
    /// <exception cref="GdwsException">R is out of its range.</exception>
    public static GdwsPlan WithKernelsPerChannel(Spectra spectra, double ratio, bool always = false, int roundTo = 1)
    {
        ArgumentNullException.ThrowIfNull(spectra);
        RequireRange("the number of kernels per channel", ratio, least: 0);
        return Plan(spectra, new Budget(BudgetKind.KernelsPerChannel, ratio, roundTo), always, layer =>
        {
            double kernels = Math.Round(ratio * layer.Spectrum!.Inputs, MidpointRounding.AwayFromZero);
            return RoundedUp(layer, Mego.Select(layer.Spectrum, (int)Math.Min(kernels, layer.Spectrum.Components), layer.Sensitivity.Span), roundTo);
        });
    }

    /// <summary>One threshold for all layers, so that the whole network needs at most 1/R of its multiply-accumulates.</summary>
    /// <param name="spectra">The network's spectra.</param>
    /// <param name="speedup">R, finite and at least 1, e.g. 2. Layers that are left alone count, convolutions or linear.</param>
    /// <param name="always">Whether layers become GDWS convolutions also where that doesn't pay.</param>
    /// <param name="roundTo">The number of kernels of a layer is a multiple of this, or all of its components; at least 1, e.g. 16.</param>
    /// <exception cref="GdwsException">
    /// R is out of its range or can't be reached (the message says what can), or the size of a layer's map is unknown.
    /// </exception>
    public static GdwsPlan WithinMacs(Spectra spectra, double speedup, bool always = false, int roundTo = 1)
    {
        ArgumentNullException.ThrowIfNull(spectra);
        long budget = MacBudget(spectra, speedup);
        NetworkLayer[] eligible = [.. spectra.Layers.Where(layer => layer.Spectrum is not null)];
        CostedLayer[] costed = [.. eligible.Select(layer => Costed(layer, always, roundTo))];
        RequireReachable(spectra, speedup, GlobalThreshold.LeastCost(costed));

        IReadOnlyList<Selection> selections = GlobalThreshold.Select(costed, budget);
        Dictionary<NetworkLayer, Selection> byLayer = new(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < eligible.Length; i++)
            byLayer[eligible[i]] = selections[i];
        return Plan(spectra, new Budget(BudgetKind.SpeedupMacs, speedup, roundTo), always, layer => byLayer[layer]);
    }

    /// <summary>A plan of kernels that were chosen elsewhere.</summary>
    /// <param name="spectra">The network's spectra.</param>
    /// <param name="budget">What bounded the choice.</param>
    /// <param name="chosen">The kernels by the layer's name; layers that aren't there stay dense.</param>
    /// <param name="always">Whether layers become GDWS convolutions also where that doesn't pay.</param>
    /// <exception cref="GdwsException">A number of kernels is out of its range.</exception>
    public static GdwsPlan WithKernels(Spectra spectra, Budget budget, IReadOnlyDictionary<string, ChosenKernels> chosen, bool always = false)
    {
        ArgumentNullException.ThrowIfNull(spectra);
        ArgumentNullException.ThrowIfNull(chosen);
        GdwsPlan plan = Plan(spectra, budget, always, layer => chosen.TryGetValue(layer.Name, out ChosenKernels? kernels)
            ? new Selection(layer.Spectrum!, kernels.KernelsPerChannel, layer.Sensitivity.Span)
            : null);
        return plan with
        {
            Layers = [.. plan.Layers.Select(layer => layer.IsGdws ? layer with { WeightedError = chosen[layer.Name].Error } : layer)],
        };
    }

    /// <summary>
    /// The multiply-accumulates that layers which may change can have together, so that the whole network needs at most 1/R of its own.
    /// </summary>
    /// <param name="spectra">The network's spectra.</param>
    /// <param name="speedup">R, finite and at least 1.</param>
    /// <exception cref="GdwsException">R is out of its range, or the size of a layer's map is unknown.</exception>
    public static long MacBudget(Spectra spectra, double speedup)
    {
        ArgumentNullException.ThrowIfNull(spectra);
        RequireRange("the speed-up", speedup, least: 1);
        OnnxModel network = spectra.Network;
        if (network.Convolutions.FirstOrDefault(layer => layer.Macs == 0) is { } unknown)
            throw new GdwsException($"{network.Source}: layer {unknown.Name}: the size of its output is unknown, so MACs can't be counted");
        long total = NetworkComplexity.Of(network).Macs;
        long others = total - spectra.Layers.Where(layer => layer.Spectrum is not null).Sum(layer => layer.Convolution.Macs);
        return (long)Math.Floor(total / speedup) - others;
    }

    /// <summary>The selection itself, or the best one with the next multiple of kernels.</summary>
    private static Selection RoundedUp(NetworkLayer layer, Selection selection, int roundTo)
    {
        if (roundTo < 1)
            throw new GdwsException($"kernels can't be rounded to {roundTo}, expected at least 1");
        if (selection.Kernels % roundTo == 0)
            return selection;
        long rounded = ((long)selection.Kernels / roundTo + 1) * roundTo;
        return Mego.Select(layer.Spectrum!, (int)Math.Min(rounded, layer.Spectrum!.Components), layer.Sensitivity.Span);
    }

    /// <summary>Makes sure that layers can get by on what a speed-up leaves them.</summary>
    /// <param name="spectra">The network's spectra.</param>
    /// <param name="speedup">R, finite and at least 1.</param>
    /// <param name="leastCost">The multiply-accumulates that the layers which may change need at least.</param>
    /// <exception cref="GdwsException">They can't; the message says what can be reached.</exception>
    public static void RequireReachable(Spectra spectra, double speedup, Int128 leastCost)
    {
        if (MacBudget(spectra, speedup) >= leastCost)
            return;
        OnnxModel network = spectra.Network;
        long total = NetworkComplexity.Of(network).Macs;
        throw new GdwsException(
            $"{network.Source}: a speed-up of {speedup} in MACs can't be reached: with the fewest kernels in each of the "
            + $"{spectra.Layers.Count(layer => layer.Spectrum is not null)} layers that may change the network needs {Reachable(spectra, leastCost):N0} of its "
            + $"{total:N0} MACs, a speed-up of {MostSpeedup(spectra, leastCost)}");
    }

    /// <summary>The largest speed-up in multiply-accumulates that <see cref="WithinMacs"/> can reach.</summary>
    /// <param name="spectra">The network's spectra.</param>
    /// <param name="always">Whether layers become GDWS convolutions also where that doesn't pay.</param>
    /// <param name="roundTo">The number of kernels of a layer is a multiple of this, or all of its components; at least 1, e.g. 16.</param>
    /// <returns>Rounded down to hundredths, at least 1.</returns>
    /// <exception cref="GdwsException">The size of a layer's map is unknown.</exception>
    public static double MostSpeedup(Spectra spectra, bool always = false, int roundTo = 1)
    {
        ArgumentNullException.ThrowIfNull(spectra);
        CostedLayer[] costed = [.. spectra.Layers.Where(layer => layer.Spectrum is not null).Select(layer => Costed(layer, always, roundTo))];
        return MostSpeedup(spectra, GlobalThreshold.LeastCost(costed));
    }

    /// <summary>The same for layers that are planned elsewhere.</summary>
    /// <param name="spectra">The network's spectra.</param>
    /// <param name="leastCost">The multiply-accumulates that the layers which may change need at least.</param>
    /// <returns>Rounded down to hundredths, at least 1.</returns>
    public static double MostSpeedup(Spectra spectra, Int128 leastCost)
    {
        ArgumentNullException.ThrowIfNull(spectra);
        _ = MacBudget(spectra, 1);
        long total = NetworkComplexity.Of(spectra.Network).Macs;
        return total == 0 ? 1 : Math.Max(1, Math.Floor(100.0 * total / (double)Reachable(spectra, leastCost)) / 100);
    }

    private static Int128 Reachable(Spectra spectra, Int128 leastCost) =>
        leastCost + NetworkComplexity.Of(spectra.Network).Macs - spectra.Layers.Where(layer => layer.Spectrum is not null).Sum(layer => layer.Convolution.Macs);

    private static CostedLayer Costed(NetworkLayer layer, bool always, int roundTo)
    {
        LayerSpectrum spectrum = layer.Spectrum!;
        long pixels = (long)layer.Convolution.OutputSize.Height * layer.Convolution.OutputSize.Width;
        return new CostedLayer
        {
            Spectrum = spectrum,
            CostPerKernel = Complexity.Component(spectrum.Outputs, spectrum.KernelSize) * pixels,
            DenseCost = always ? long.MaxValue : layer.Convolution.Macs,
            Sensitivity = layer.Sensitivity,
            Weight = layer.Weight,
            RoundTo = roundTo,
        };
    }

    private static GdwsPlan Plan(Spectra spectra, Budget budget, bool always, Func<NetworkLayer, Selection?> select)
    {
        PlannedLayer[] layers = [.. spectra.Layers.Select(layer => layer.Spectrum is null
            ? Unchanged(layer, layer.Reason!)
            : Changed(layer, select(layer), always))];
        long before = NetworkComplexity.Of(spectra.Network).Macs;
        return new GdwsPlan
        {
            Source = Path.GetFileName(spectra.Network.Source),
            SourceSha256 = spectra.NetworkSha256,
            Budget = budget,
            SensitivitySha256 = spectra.SensitivitySha256,
            MacsBefore = before,
            MacsAfter = before + layers.Sum(layer => layer.MacsAfter - layer.MacsBefore),
            Layers = [.. layers],
        };
    }

    private static PlannedLayer Changed(NetworkLayer layer, Selection? selection, bool always)
    {
        if (selection is null)
            return Unchanged(layer, "stays dense: GDWS wouldn't pay");

        ConvolutionLayer convolution = layer.Convolution;
        if (!always && selection.MacsPerPixel >= convolution.MacsPerPixel)
        {
            return Unchanged(
                layer,
                $"stays dense: {selection.Kernels:N0} kernels would take {selection.MacsPerPixel:N0} MACs per pixel, "
                + $"dense {convolution.MacsPerPixel:N0}");
        }

        return Unchanged(layer, "") with
        {
            Kind = PlannedKind.Gdws,
            Reason = null,
            Kernels = selection.Kernels,
            KernelsPerChannel = selection.KernelsPerChannel,
            WeightedError = selection.WeightedError,
            MacsAfter = selection.MacsPerPixel * convolution.OutputSize.Height * convolution.OutputSize.Width,
        };
    }

    private static PlannedLayer Unchanged(NetworkLayer layer, string reason) => new()
    {
        Name = layer.Name,
        Kind = PlannedKind.Dense,
        Reason = reason,
        Outputs = layer.Convolution.Outputs,
        Inputs = layer.Convolution.Inputs,
        Kernel = [layer.Convolution.KernelHeight, layer.Convolution.KernelWidth],
        Kernels = 0,
        KernelsPerChannel = [],
        WeightedError = 0,
        MacsBefore = layer.Convolution.Macs,
        MacsAfter = layer.Convolution.Macs,
    };

    private static void RequireRange(string what, double value, double least)
    {
        if (!(value >= least && double.IsFinite(value)))
            throw new GdwsException($"{what} is {value}, expected a finite number of at least {least}");
    }
}

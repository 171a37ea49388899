using Gdws.Cli.Output;
using Gdws.Cli.Verbs;
using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Cli.Approximation;

/// <summary>What <c>approximate</c> tells of a plan.</summary>
internal static class PlanReport
{
    /// <summary>How many times fewer MACs the whole network needs.</summary>
    public static double Speedup(GdwsPlan plan) => plan.MacsAfter == 0 ? 1 : (double)plan.MacsBefore / plan.MacsAfter;

    /// <summary>Prints what became of every layer, and the totals.</summary>
    public static void Show(VerbContext context, OnnxModel source, Approximated result, string output)
    {
        GdwsPlan plan = result.Plan;
        if (plan.Layers.Any(layer => layer.IsGdws))
            Table(plan).Print(context.Output);
        else
            context.Warn($"no layer is replaced: within this budget GDWS would take as {(plan.Latency is null ? "many MACs or more" : "long or longer")} everywhere");
        context.Line();
        foreach (string line in LeftAlone(plan))
            context.Line(line);
        if (plan.Latency is { } time)
        {
            context.Line($"{time.Engine}, batch {time.Batch}, {time.Threads} {(time.Threads == 1 ? "thread" : "threads")}:"
                + $" {Quantity.Milliseconds(time.MillisecondsBefore)} ms a run measured → {Quantity.Milliseconds(time.MillisecondsAfter)} ms predicted"
                + $" ({Quantity.Ratio(time.MillisecondsBefore / Math.Max(time.MillisecondsAfter, 1e-6))} faster)");
        }

        (long before, long after) = (NetworkComplexity.Of(source).Parameters, NetworkComplexity.Of(result.Network).Parameters);
        context.Line($"{output}: {Quantity.Large(plan.MacsBefore)} → {Quantity.Large(plan.MacsAfter)} MACs"
            + $" ({Quantity.Ratio(Speedup(plan))} fewer), {Quantity.Large(before)} → {Quantity.Large(after)} parameters");
        if (plan.Latency is null && plan.Layers.Count(layer => layer.IsGdws && layer.Kernels % Planner.RuntimeBlock != 0) is > 0 and int odd)
            context.Line($"hint: in {odd} layers G is no multiple of {Planner.RuntimeBlock}, with which ONNX Runtime is several times slower; --round-to {Planner.RuntimeBlock} rounds up");
    }

    /// <summary>Tells how many layers had their bias corrected without images.</summary>
    public static void ShowBiasCorrection(VerbContext context, OnnxModel source, GdwsPlan plan)
    {
        int corrected = plan.CorrectableLayers(source).Count, all = plan.Layers.Count(layer => layer.IsGdws);
        if (corrected == 0 && all > 0)
            context.Warn("--bias-correction changed nothing: no layer that is replaced reads a batch normalisation's output, with or without a rectifier");
        else
            context.Line($"bias corrected in {corrected} of {all} layers");
    }

    /// <summary>The layers' entries of the JSON.</summary>
    public static object Layers(GdwsPlan plan) => plan.Layers.Select(layer => new
    {
        layer.Name,
        layer.Kernels,
        Channels = layer.Inputs,
        layer.WeightedError,
        layer.MacsBefore,
        layer.MacsAfter,
        layer.MillisecondsBefore,
        layer.MillisecondsAfter,
        layer.Reason,
    });

    private static FigureTable Table(GdwsPlan plan)
    {
        bool isTimed = plan.Latency is not null;
        FigureTable table = new FigureTable().Words("layer").Figures("M", "C", "K", "G", "G/C", "error")
            .Figures(isTimed ? ["ms before", "after", "faster"] : ["MACs before", "after", "saving"]);
        foreach (PlannedLayer layer in plan.Layers.Where(l => l.IsGdws))
        {
            table.Row([
                layer.Name,
                $"{layer.Outputs}",
                $"{layer.Inputs}",
                layer.Kernel[0] == layer.Kernel[1] ? $"{layer.Kernel[0]}" : $"{layer.Kernel[0]}×{layer.Kernel[1]}",
                $"{layer.Kernels}",
                $"{(double)layer.Kernels / layer.Inputs:F2}",
                Quantity.Small(layer.WeightedError),
                .. isTimed ? Times(layer) : Macs(layer)]);
        }

        return table;
    }

    private static string[] Macs(PlannedLayer layer) =>
    [
        Quantity.Large(layer.MacsBefore),
        Quantity.Large(layer.MacsAfter),
        layer.MacsAfter == 0 ? "-" : Quantity.Ratio((double)layer.MacsBefore / layer.MacsAfter),
    ];

    private static string[] Times(PlannedLayer layer) => layer is { MillisecondsBefore: { } before, MillisecondsAfter: { } after }
        ? [Quantity.Milliseconds(before), Quantity.Milliseconds(after), after > 0 ? Quantity.Ratio(before / after) : "-"]
        : ["-", "-", "-"];

    /// <summary>A line a reason, with the layers that it holds for.</summary>
    private static IEnumerable<string> LeftAlone(GdwsPlan plan)
    {
        const int shown = 4;
        foreach (IGrouping<string, PlannedLayer> group in plan.Layers.Where(l => !l.IsGdws).GroupBy(layer => ReasonWithoutFigures(layer, plan.Latency is not null)))
        {
            string more = group.Count() > shown ? $" and {group.Count() - shown} more" : "";
            yield return $"left alone: {string.Join(", ", group.Take(shown).Select(l => l.Name))}{more} ({group.Key})";
        }
    }

    private static string ReasonWithoutFigures(PlannedLayer layer, bool isTimed)
    {
        string reason = layer.Reason ?? "";
        return reason.StartsWith("stays dense", StringComparison.Ordinal)
            ? $"GDWS would take as {(isTimed ? "long or longer, or its error costs more than it saves" : "many MACs or more")}"
            : reason;
    }
}

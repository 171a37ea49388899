using Gdws.Cli.Output;
using Gdws.Latency;
using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Cli.Verbs;

/// <summary>Measures the layers of a network and shows what came out.</summary>
internal static class LayerTimes
{
    // Kernels per channel of the columns.
    private static readonly double[] _ratios = [1, 1.5, 2];

    /// <summary>Measures with a progress bar.</summary>
    public static LatencyModel Measure(VerbContext context, OnnxModel network, string engine, LatencyOptions options) =>
        context.Track(progress => new LatencyMeasurement(options).Run(
            network,
            Engines.Create(engine),
            new RelayedProgress<double>(progress, WorkProgress.OfLatency),
            context.Cancellation));

    /// <summary>Prints the times of the layers, those of equal shape in one row, and what the circumstances were.</summary>
    public static void Show(VerbContext context, LatencyModel model)
    {
        FigureTable table = new FigureTable().Words("layer")
            .Figures(["×", "M", "C", "K", "size", "dense ms", .. _ratios.Select(ratio => ratio == 1 ? "G = C" : $"{ratio}C"), "pays to G", "G/C"]);
        foreach (IGrouping<string, LatencyLayer> group in model.Layers.GroupBy(layer => layer.MeasuredAs))
        {
            LatencyLayer layer = group.First();
            table.Row([
                layer.Name,
                $"{group.Count()}",
                $"{layer.Outputs}",
                $"{layer.Inputs}",
                layer.Kernel[0] == layer.Kernel[1] ? $"{layer.Kernel[0]}" : $"{layer.Kernel[0]}×{layer.Kernel[1]}",
                layer.OutputSize[0] == layer.OutputSize[1] ? $"{layer.OutputSize[0]}" : $"{layer.OutputSize[0]}×{layer.OutputSize[1]}",
                Quantity.Milliseconds(model.MillisecondsOf(layer, null)),
                .. _ratios.Select(ratio => At(model, layer, ratio)),
                .. BreakEven(model, layer)]);
        }

        table.Print(context.Output);
        context.Line();
        context.Line($"{model.Network}: {Quantity.Milliseconds(model.Milliseconds)} ms a run, of it"
            + $" {Quantity.Milliseconds(model.Layers.Sum(layer => model.MillisecondsOf(layer, null)))} ms in convolutions;"
            + $" {model.Engine}, batch {model.Batch}, {model.Threads} {(model.Threads == 1 ? "thread" : "threads")}");
        context.Line(model.Block == 1
            ? "any number of kernels suits the engine"
            : $"the engine works on {model.Block} kernels at a time: multiples of {model.Block} suit it");
        foreach (LatencyCheck check in model.Checks.Where(check => check.KernelsPerChannel is not null))
        {
            context.Line($"check: whole network at G = {check.KernelsPerChannel}C: {Quantity.Milliseconds(check.Predicted)} ms predicted,"
                + $" {Quantity.Milliseconds(check.Measured)} ms measured ({100 * ((check.Predicted / check.Measured) - 1):+0.0;-0.0;0.0} %)");
        }

        context.Line(model.Machine);
    }

    private static string At(LatencyModel model, LatencyLayer layer, double ratio)
    {
        int kernels = (int)Math.Round(ratio * layer.Inputs);
        return layer.HasCurve && kernels <= layer.Inputs * Math.Min(layer.Outputs, layer.Kernel[0] * layer.Kernel[1])
            ? Quantity.Milliseconds(model.MillisecondsOf(layer, kernels))
            : "-";
    }

    private static string[] BreakEven(LatencyModel model, LatencyLayer layer)
    {
        if (!layer.HasCurve)
            return ["-", "-"];
        int components = layer.Inputs * Math.Min(layer.Outputs, layer.Kernel[0] * layer.Kernel[1]);
        int most = model.CurveOf(layer).MostBelow(layer.DenseMilliseconds, components);
        return most == 0 ? ["never", "-"] : [$"{most}", $"{(double)most / layer.Inputs:F2}"];
    }
}

using Gdws.Cli.Output;
using Gdws.Cli.Verbs;

namespace Gdws.Cli.Sweeps;

/// <summary>A sweep's summary in the terminal: a row a network, and what the columns mean.</summary>
internal static class SweepTable
{
    private static readonly string[] Headers = ["network", "natural", "robust", "MACs", "fewer", "FPS", "ratio"];

    public static void Print(VerbContext context, SweepResult result)
    {
        FigureTable table = new FigureTable().Words(Headers[0]).Figures(Headers[1..]);
        foreach (NetworkResult network in result.Networks)
            table.Row(Row(network));
        table.Print(context.Output);
        context.Line();
        if (context.Output.Profile.Out.IsTerminal && Points(result) is { Count: > 1 } points)
        {
            new AccuracySpeedPlot(points).Print(context.Output);
            context.Line();
        }

        foreach (string note in Notes(result))
            context.Line(note);
        foreach (string warning in result.Warnings)
            context.Warn(warning);
    }

    /// <summary>The networks of which accuracy and speed were measured.</summary>
    private static List<PlotPoint> Points(SweepResult result)
    {
        List<PlotPoint> points = [];
        foreach (NetworkResult network in result.Networks)
        {
            if (network is { Fps: { } fps, Natural: { } natural })
                points.Add(new PlotPoint(network.Name, fps, 100.0 * natural.Correct / natural.Images, RobustAccuracy(network)));
        }

        return points;
    }

    private static double? RobustAccuracy(NetworkResult network) => network.RobustCount is { } count ? 100.0 * count.Correct / count.Images : null;

    private static string[] Row(NetworkResult network) =>
    [
        network.Name,
        network.Natural is { } natural ? Quantity.Percent(natural.Correct, natural.Images) : "",
        network.RobustCount is { } robust ? Quantity.Percent(robust.Correct, robust.Images) : "",
        network.Macs is { } macs ? Quantity.Large(macs) : "",
        network.SpeedupMacs is { } fewer ? Quantity.Ratio(fewer) : "",
        network.Fps is { } fps ? Quantity.Rate(fps) : "",
        network.RatioToBaseline is { } ratio ? Quantity.Ratio(ratio) : "",
    ];

    /// <summary>What the columns mean, a line each.</summary>
    public static IEnumerable<string> Notes(SweepResult result)
    {
        NetworkResult dense = result.Networks[0];
        if (result.Data is { } data)
            yield return $"natural: accuracy on {data.Images:N0} images of {data.Name} ({data.Split})";
        foreach (RobustFigure robust in dense.Robust.Where(figure => figure.PartOf is null))
            yield return $"robust:  accuracy under {robust.Attack} {robust.Threat} ({robust.How}, seed {result.Seed}) on the first {robust.Images:N0} of them";
        if (dense.Union is { } union)
            yield return $"         in the table: in all of {string.Join(", ", union.Threats)}";
        if (result.Networks.Select(network => network.Calibration).FirstOrDefault(c => c is not null) is { } calibration)
            yield return $"calibrated: on {calibration.Images:N0} images of {calibration.Data} ({calibration.Split}), {calibration.Attack ?? "clean"}, {calibration.Effort}";
        yield return "MACs:    multiply-accumulates an image; fewer: how many times";
        if (result.Speed is { } speed)
        {
            yield return $"FPS:     images per second, {speed.Engine}, batch {speed.Batch}, {speed.Threads} {(speed.Threads == 1 ? "thread" : "threads")},"
                + $" median of {speed.Rounds} rounds";
        }

        if (result.Machine is { } machine)
            yield return $"{machine}";
    }
}

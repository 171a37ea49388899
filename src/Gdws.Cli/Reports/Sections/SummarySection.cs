using System.Text;
using Gdws.Cli.Output;
using Gdws.Cli.Sweeps;

namespace Gdws.Cli.Reports.Sections;

/// <summary>What the networks are worth: accuracy against frames per second, as pictures and as a table.</summary>
internal static class SummarySection
{
    /// <summary>Points of accuracy that the network of the first sentence may lose.</summary>
    private const double Tolerable = 2;

    public static string Write(SweepResult result)
    {
        StringBuilder html = new();
        if (Gist(result) is { } gist)
            html.Append($"<p class=\"gist\">{Html.Text(gist)}</p>\n");

        StringBuilder figures = new();
        foreach ((string key, string name, Func<NetworkResult, (int Correct, int Images)?> count) in Accuracies)
        {
            IReadOnlyList<TradeOffPoint> points = TradeOffPoint.Of(result.Networks, count);
            if (points.Count > 0)
                figures.Append(Html.Figure(key, $"{name} against frames per second", Alternative(name, points)));
        }

        if (figures.Length > 0)
        {
            html.Append($"<div class=\"pair\">\n{figures}</div>\n");
            html.Append("<p class=\"note\">Arrows lead from the dense network to the others; the numbers beside the points say how many times fewer "
                + "MACs were asked for, or what share was pruned. The dashed line is the Pareto front: no network is both faster and more accurate than one on it. Upright bars are the 95&#160;% "
                + "interval that the number of images leaves (Wilson), level bars the middle half of the timed rounds.</p>\n");
        }

        return html.Append(Table(result).Write()).ToString();
    }

    private static (string Key, string Name, Func<NetworkResult, (int Correct, int Images)?> Count)[] Accuracies =>
    [
        ("robust", "Robust accuracy", network => network.RobustCount),
        ("natural", "Natural accuracy", network => network.Natural is { } natural ? (natural.Correct, natural.Images) : null),
    ];

    /// <summary>The one thing to remember: the fastest network that is nearly as accurate as the dense one.</summary>
    private static string? Gist(SweepResult result)
    {
        (string _, string name, Func<NetworkResult, (int Correct, int Images)?> count) = Accuracies.FirstOrDefault(a =>
            TradeOffPoint.Of(result.Networks, a.Count).Count > 1);
        if (name is null)
            return null;
        IReadOnlyList<TradeOffPoint> points = TradeOffPoint.Of(result.Networks, count);
        if (points[0].Kind != NetworkKind.Dense)
            return null;

        TradeOffPoint dense = points[0];
        string accuracy = name.ToLowerInvariant();
        TradeOffPoint? best = points.Skip(1).Where(point => point.Accuracy >= dense.Accuracy - Tolerable && point.Fps > dense.Fps).MaxBy(point => point.Fps);
        if (best is null)
            return $"No other network is faster than the dense one and within {Tolerable} points of its {accuracy} ({dense.Accuracy:F1} %).";
        NetworkResult network = result.Networks.First(candidate => candidate.Name == best.Name);
        return $"{best.Name}: {Quantity.Ratio(network.RatioToBaseline ?? best.Fps / dense.Fps)} the frames per second of the dense network, {accuracy} {best.Accuracy:F1} %"
            + $" instead of {dense.Accuracy:F1} %. It is the fastest one that loses at most {Tolerable} points.";
    }

    private static string Alternative(string name, IReadOnlyList<TradeOffPoint> points) =>
        $"{name} in percent against frames per second. " + string.Join("; ", points.Select(point =>
            $"{point.Name}: {Quantity.Rate(point.Fps)} frames per second, {point.Accuracy:F1} % (95 % interval {point.Low:F1} to {point.High:F1})"
            + (point.OnFront ? ", on the Pareto front" : ""))) + ".";

    private static HtmlTable Table(SweepResult result)
    {
        HtmlTable table = new HtmlTable("All networks").Words("network")
            .Figures("natural", "95 % interval", "robust", "95 % interval", "MACs", "fewer", "parameters", "FPS", "middle half", "ratio");
        foreach (NetworkResult network in result.Networks)
        {
            (string natural, string naturalInterval) = Cells(network.Natural is { } figure ? (figure.Correct, figure.Images) : null);
            (string robust, string robustInterval) = Cells(network.RobustCount);
            table.Row(
                network.Name,
                natural,
                naturalInterval,
                robust,
                robustInterval,
                network.Macs is { } macs ? Quantity.Large(macs) : "",
                network.SpeedupMacs is { } fewer ? Quantity.Ratio(fewer) : "",
                network.Parameters is { } parameters ? Quantity.Large(parameters) : "",
                network.Fps is { } fps ? Quantity.Rate(fps) : "",
                network is { FpsLow: { } low, FpsHigh: { } high } ? $"{Quantity.Rate(low)} – {Quantity.Rate(high)}" : "",
                network.RatioToBaseline is { } ratio ? Quantity.Ratio(ratio) : "");
        }

        return table;
    }

    private static (string Accuracy, string Interval) Cells((int Correct, int Images)? count)
    {
        if (count is not { Images: > 0 } known)
            return ("", "");
        WilsonInterval interval = WilsonInterval.Of(known.Correct, known.Images);
        return (Quantity.Percent(known.Correct, known.Images), $"{interval.Low:F1} – {interval.High:F1} %");
    }
}

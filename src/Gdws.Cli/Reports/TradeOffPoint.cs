using Gdws.Cli.Comparison;
using Gdws.Cli.Sweeps;

namespace Gdws.Cli.Reports;

/// <summary>A network in the picture of accuracy against speed.</summary>
internal sealed record TradeOffPoint
{
    /// <summary>The network's name.</summary>
    public required string Name { get; init; }

    /// <summary>What stands beside its point.</summary>
    public required string Label { get; init; }

    public required NetworkKind Kind { get; init; }

    /// <summary>Images per second: median and quartiles.</summary>
    public required double Fps { get; init; }

    public required double FpsLow { get; init; }

    public required double FpsHigh { get; init; }

    /// <summary>In percent, with the 95 % interval that the number of images leaves.</summary>
    public required double Accuracy { get; init; }

    public required double Low { get; init; }

    public required double High { get; init; }

    /// <summary>Whether no other network is both faster and more accurate.</summary>
    public bool OnFront { get; init; }

    /// <summary>The networks of which speed and accuracy are known.</summary>
    /// <param name="networks">The networks.</param>
    /// <param name="count">Their accuracy; null where unknown.</param>
    public static IReadOnlyList<TradeOffPoint> Of(IEnumerable<NetworkResult> networks, Func<NetworkResult, (int Correct, int Images)?> count)
    {
        List<TradeOffPoint> points = [];
        foreach (NetworkResult network in networks)
        {
            if (network.Fps is not { } fps || count(network) is not { Images: > 0 } accuracy)
                continue;
            WilsonInterval interval = WilsonInterval.Of(accuracy.Correct, accuracy.Images);
            points.Add(new TradeOffPoint
            {
                Name = network.Name,
                Label = network.Budget is { } budget ? $"÷ {budget.Value}" : network.Pruning is { } pruning ? PruningSet.PercentOf(pruning.Ratio) : network.Name,
                Kind = network.Kind,
                Fps = fps,
                FpsLow = network.FpsLow ?? fps,
                FpsHigh = network.FpsHigh ?? fps,
                Accuracy = 100.0 * accuracy.Correct / accuracy.Images,
                Low = interval.Low,
                High = interval.High,
            });
        }

        return [.. points.Select(point => point with { OnFront = !points.Any(other => Dominates(other, point)) })];
    }

    private static bool Dominates(TradeOffPoint other, TradeOffPoint point) =>
        other.Fps >= point.Fps && other.Accuracy >= point.Accuracy && (other.Fps > point.Fps || other.Accuracy > point.Accuracy);
}

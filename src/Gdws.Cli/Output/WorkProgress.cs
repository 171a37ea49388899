namespace Gdws.Cli.Output;

/// <summary>How far a part of some work is.</summary>
/// <param name="Part">The part, e.g. <c>natural accuracy</c>; parts with the same name share a bar.</param>
/// <param name="Done">Items done.</param>
/// <param name="Total">All items.</param>
/// <param name="Unit">What an item is, e.g. <c>images</c>.</param>
internal sealed record WorkProgress(string Part, int Done, int Total, string Unit)
{
    /// <summary>What is to be shown beside the figures, e.g. the loss so far.</summary>
    public string Note { get; init; } = "";

    /// <summary>How far a throughput measurement is.</summary>
    /// <param name="share">Between 0 and 1.</param>
    public static WorkProgress OfThroughput(double share) => new("images per second", (int)Math.Round(100 * share), 100, "%");

    /// <summary>How far a measurement of layers is.</summary>
    /// <param name="share">Between 0 and 1.</param>
    public static WorkProgress OfLatency(double share) => new("milliseconds of layers", (int)Math.Round(100 * share), 100, "%");
}

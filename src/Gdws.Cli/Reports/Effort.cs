using Gdws.Cli.Output;
using Gdws.Cli.Sweeps;

namespace Gdws.Cli.Reports;

/// <summary>What making one network took, stage after stage.</summary>
/// <param name="Network">Its name.</param>
/// <param name="Stages">In the order of the work.</param>
internal sealed record Effort(string Network, IReadOnlyList<Effort.Stage> Stages)
{
    /// <summary>The networks that were made.</summary>
    public static IReadOnlyList<Effort> Of(SweepResult result) =>
        [.. result.Networks.Where(network => network.Seconds is not null).Select(network => new Effort(network.Name, [.. StagesOf(network)]))];

    /// <summary>All of it in words.</summary>
    public override string ToString() => $"{Network}: {string.Join(", ", Stages.Select(stage => $"{stage.Name} {stage.Told}"))}";

    private static IEnumerable<Stage> StagesOf(NetworkResult network) => network.Pruning is { } pruning
        ? pruning.Stages.Select(stage => new Stage(stage.Name, stage.Seconds))
        : [new Stage(network.Kind == NetworkKind.Calibrated ? "calibration" : "approximation", network.Seconds ?? 0)];

    /// <summary>One stage.</summary>
    /// <param name="Name">What was done.</param>
    /// <param name="Seconds">How long it took.</param>
    internal sealed record Stage(string Name, double Seconds)
    {
        /// <summary>The time as people write it.</summary>
        public string Told => Quantity.Time(Seconds);
    }
}

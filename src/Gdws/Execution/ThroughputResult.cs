namespace Gdws.Execution;

/// <summary>The throughput of one candidate. FPS are images per second at the report's batch size and threads.</summary>
public sealed record ThroughputResult
{
    /// <summary>The network's name.</summary>
    public required string Network { get; init; }

    /// <summary>The engine's name.</summary>
    public required string Engine { get; init; }

    /// <summary>The median over the rounds, in images per second.</summary>
    public required double Fps { get; init; }

    /// <summary>The lower quartile over the rounds: a quarter of them was slower.</summary>
    public required double FpsLow { get; init; }

    /// <summary>The upper quartile over the rounds: a quarter of them was faster.</summary>
    public required double FpsHigh { get; init; }

    /// <summary>The number of timed runs over all rounds.</summary>
    public required int Runs { get; init; }

    /// <summary>The median over the rounds of its FPS divided by the first candidate's in the same round; above 1 is faster.</summary>
    public required double RatioToBaseline { get; init; }
}

namespace Gdws.Execution;

/// <summary>What <see cref="ThroughputMeasurement"/> found.</summary>
public sealed record ThroughputReport
{
    /// <summary>The machine.</summary>
    public required MachineDescription Machine { get; init; }

    /// <summary>Images a run.</summary>
    public required int Batch { get; init; }

    /// <summary>Threads a run.</summary>
    public required int Threads { get; init; }

    /// <summary>The number of rounds; every candidate gets one sample a round.</summary>
    public required int Rounds { get; init; }

    /// <summary>One a candidate, in their order; the first is the baseline.</summary>
    public required IReadOnlyList<ThroughputResult> Results { get; init; }

    /// <summary>What makes the figures doubtful, a sentence each; empty where nothing does.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}

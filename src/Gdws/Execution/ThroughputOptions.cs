namespace Gdws.Execution;

/// <summary>How <see cref="ThroughputMeasurement"/> measures.</summary>
public sealed record ThroughputOptions
{
    /// <summary>Images a run, at least 1; e.g. 1 for latency-bound use.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>The threads that the sessions were made with; stated in the report.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>The time to spend on timed runs of each candidate, warm-up not counted.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The longest time to wait for a candidate's run time to settle before the timed runs.</summary>
    public TimeSpan WarmUpLimit { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Decides the images that are run: uniform noise in [0,1].</summary>
    public int Seed { get; init; }
}

namespace Gdws.Latency;

/// <summary>How the layers of a network are measured.</summary>
public sealed record LatencyOptions
{
    /// <summary>Images a run, at least 1.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>Threads a run, at least 1.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>The time to spend on timed runs of each shape of layer; whole networks get it too, each.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Decides weights, images and which channels have kernels.</summary>
    public int Seed { get; init; }
}

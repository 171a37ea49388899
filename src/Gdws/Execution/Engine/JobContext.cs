namespace Gdws.Execution.Engine;

/// <summary>What a job gets to work on.</summary>
internal unsafe struct JobContext
{
    /// <summary>The memory of all maps.</summary>
    public required float* Memory { get; init; }

    /// <summary>The worker's own working memory.</summary>
    public required byte* Scratch { get; init; }

    /// <summary>The images, <c>[batch, C, H, W]</c>.</summary>
    public required float* Images { get; init; }

    /// <summary>Receives the logits, <c>[batch, classes]</c>.</summary>
    public required float* Logits { get; init; }

    public required int Worker { get; init; }

    public required int Workers { get; init; }

    /// <summary>How many parts of the job have been taken, by all workers; 0 when it begins.</summary>
    public int* Taken { get; set; }

    /// <summary>The number of a part that nobody else does: a worker that comes late or is held up leaves the rest to the others.</summary>
    public readonly int Take() => Workers == 1 ? (*Taken)++ : Interlocked.Increment(ref *Taken) - 1;
}

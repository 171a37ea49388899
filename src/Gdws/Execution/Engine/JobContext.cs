namespace Gdws.Execution.Engine;

/// <summary>What a job gets to work on.</summary>
internal readonly unsafe struct JobContext
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
}

namespace Gdws.Torch.Attacks;

/// <summary>
/// Square attack (Andriushchenko et al. 2020; for l1 Croce and Hein 2021): random search without gradients. It starts from vertical stripes (linf) or a
/// tiling of pyramids (l2, l1), proposes a change in a random square that shrinks with the queries, and keeps it where the margin between the right class
/// and the best other one falls. It breaks networks that hide their gradients.
/// </summary>
/// <remarks>
/// Shape: images <c>[N, C, H, W]</c> in [0,1]. The public code draws one position for the whole batch; here every image has its own positions and colours,
/// which depend on <see cref="Seed"/>, its index and the restart alone, so that results don't depend on the batches.
/// </remarks>
public sealed record SquareAttack : IAttack
{
    private readonly int _queries = 5000;
    private readonly int _restarts = 1;
    private readonly double _share = 0.8;

    /// <summary>Describes the attack.</summary>
    /// <param name="threatModel">The norm and ε.</param>
    public SquareAttack(ThreatModel threatModel)
    {
        ArgumentNullException.ThrowIfNull(threatModel);
        ThreatModel = threatModel;
    }

    /// <inheritdoc/>
    public string Name => "square";

    /// <inheritdoc/>
    public ThreatModel ThreatModel { get; }

    /// <summary>Queries of the network after the start, at least 1. Default: 5000.</summary>
    public int Iterations
    {
        get => _queries;
        init => _queries = AttackSettings.AtLeastOne(value, "queries");
    }

    /// <inheritdoc/>
    public double Step => 0;

    /// <summary>Attempts an image gets, at least 1. Default: 1.</summary>
    public int Restarts
    {
        get => _restarts;
        init => _restarts = AttackSettings.AtLeastOne(value, "restarts");
    }

    /// <summary>The share of an image's pixels in the first squares, above 0 and at most 1. Default: 0.8.</summary>
    public double InitialShare
    {
        get => _share;
        init => _share = value is > 0 and <= 1 ? value : throw new GdwsException($"the share of pixels must be above 0 and at most 1, found {value}");
    }

    /// <summary>Decides everything random. Default: 0.</summary>
    public int Seed { get; init; }

    /// <inheritdoc/>
    public AttackResult Run(
        TorchNetwork network, Tensor images, IReadOnlyList<int> labels, IReadOnlyList<int> indices, CancellationToken cancellation = default) =>
        AttackedBatch.Run(network, images, labels, indices, batch =>
        {
            SquareRun run = new(this, batch);
            for (int restart = 0; restart < Restarts; restart++)
                run.Attempt(restart, cancellation);
        });

    /// <summary>The share of pixels in a square at a query: halved after 10, 50, 200, 500, 1000, 2000, 4000, 6000 and 8000 queries.</summary>
    internal double Share(int query)
    {
        int halvings = 0;
        foreach (int last in (ReadOnlySpan<int>)[10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000])
            halvings += query > last ? 1 : 0;
        return InitialShare / (1 << halvings);
    }
}

namespace Gdws.Torch.Attacks;

/// <summary>
/// Projected gradient descent (Madry et al. 2018), untargeted: up the cross-entropy by fixed steps, back to the nearest allowed image after each. An image
/// counts as broken when any iterate is misclassified; that iterate is kept and the image takes no further time.
/// </summary>
/// <remarks>
/// Shape: images <c>[N, C, H, W]</c> in [0,1]. Gradients are taken with respect to the images only. The random start of an image depends on
/// <see cref="Seed"/>, its index and the restart alone.
/// </remarks>
public sealed record PgdAttack : IAttack
{
    private readonly double? _step;
    private readonly int _iterations = 20;
    private readonly int _restarts = 1;
    private readonly int _samples = 1;
    private readonly double _l1Fraction = 0.01;

    /// <summary>Describes the attack.</summary>
    /// <param name="threatModel">The norm and ε.</param>
    public PgdAttack(ThreatModel threatModel)
    {
        ArgumentNullException.ThrowIfNull(threatModel);
        ThreatModel = threatModel;
    }

    /// <inheritdoc/>
    public string Name => "pgd";

    /// <inheritdoc/>
    public ThreatModel ThreatModel { get; }

    /// <summary>The length of a step in the norm, in pixel units, above 0. Default: ε / 4, e.g. 2/255 for ε = 8/255.</summary>
    public double Step
    {
        get => _step ?? ThreatModel.Epsilon / 4;
        init => _step = double.IsFinite(value) && value > 0 ? value : throw new GdwsException($"the attack's step must be above 0, found {value}");
    }

    /// <summary>Steps a restart takes, at least 1. Default: 20.</summary>
    public int Iterations
    {
        get => _iterations;
        init => _iterations = value >= 1 ? value : throw new GdwsException($"the attack's iterations must be at least 1, found {value}");
    }

    /// <summary>Attempts an image gets, at least 1. Default: 1.</summary>
    public int Restarts
    {
        get => _restarts;
        init => _restarts = value >= 1 ? value : throw new GdwsException($"the attack's restarts must be at least 1, found {value}");
    }

    /// <summary>Whether an attempt starts at a random place in the ball instead of the clean image. Default: yes.</summary>
    public bool RandomStart { get; init; } = true;

    /// <summary>Gradients averaged at every point, for networks whose output is random (expectation over transformation), at least 1. Default: 1.</summary>
    public int GradientSamples
    {
        get => _samples;
        init => _samples = AttackSettings.AtLeastOne(value, "gradient samples");
    }

    /// <summary>Decides the random starts. Default: 0.</summary>
    public int Seed { get; init; }

    /// <summary>For l1: the share of an image's values that a step changes, above 0 and at most 1. Default: 0.01.</summary>
    public double L1Fraction
    {
        get => _l1Fraction;
        init => _l1Fraction = value is > 0 and <= 1 ? value : throw new GdwsException($"the share of values must be above 0 and at most 1, found {value}");
    }

    /// <summary>
    /// Whether an image's first misclassified iterate is kept. Otherwise every image takes all steps and the last iterate is kept, which lies where the
    /// loss is high instead of just beyond the boundary between two classes. Default: yes.
    /// </summary>
    public bool StopWhenBroken { get; init; } = true;

    /// <summary>Whether a broken image takes no further time (the result is the same either way). Default: yes.</summary>
    public bool DropBroken { get; init; } = true;

    /// <inheritdoc/>
    public AttackResult Run(
        TorchNetwork network, Tensor images, IReadOnlyList<int> labels, IReadOnlyList<int> indices, CancellationToken cancellation = default) =>
        AttackedBatch.Run(network, images, labels, indices, batch =>
        {
            PgdRun run = new(this, batch);
            for (int restart = 0; restart < Restarts; restart++)
                run.Attempt(restart, cancellation);
        }, attackWrong: !StopWhenBroken);
}

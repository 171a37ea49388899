namespace Gdws.Torch.Attacks;

/// <summary>
/// PGD exactly as the public code of GDWS and of the training code that it comes from measures it, so that figures can be compared with published ones: from a
/// random start a fixed number of steps for every image, misclassified ones included; of several starts the perturbation with the largest loss is kept,
/// whether it changes the class or not; an image is robust when the network is right about it there. <see cref="PgdAttack"/> is stronger: it takes
/// any misclassified point on the way, and is several times as fast.
/// </summary>
/// <remarks>
/// Shape: images <c>[N, C, H, W]</c> in [0,1]. l∞: steps along the gradient's signs, the perturbation cut off at ±ε; l2: along the gradient, scaled back to
/// length ε; both are then cut off at the box. The gradient is that of the batch's mean cross-entropy. Random numbers belong to an image (seed, index,
/// restart); the public code's are other ones.
/// </remarks>
public sealed record ReferencePgd : IAttack
{
    private readonly double _step = 2.0 / 255;
    private readonly int _iterations = 10;
    private readonly int _restarts = 1;

    /// <summary>Describes the attack.</summary>
    /// <param name="threatModel">The norm, l∞ or l2, and ε.</param>
    /// <exception cref="GdwsException">The norm is l1, which that code doesn't have.</exception>
    public ReferencePgd(ThreatModel threatModel)
    {
        ArgumentNullException.ThrowIfNull(threatModel);
        if (threatModel.Norm == Norm.L1)
            throw new GdwsException("the reference protocol knows the norms linf and l2, not l1");
        ThreatModel = threatModel;
    }

    /// <inheritdoc/>
    public string Name => "pgd-reference";

    /// <inheritdoc/>
    public ThreatModel ThreatModel { get; }

    /// <inheritdoc/>
    public bool AttacksWrong => true;

    /// <summary>The length of a step in the norm, in pixel units, above 0. Default: 2/255.</summary>
    public double Step
    {
        get => _step;
        init => _step = double.IsFinite(value) && value > 0 ? value : throw new GdwsException($"the attack's step must be above 0, found {value}");
    }

    /// <summary>Steps a restart takes, at least 1. Default: 10.</summary>
    public int Iterations
    {
        get => _iterations;
        init => _iterations = AttackSettings.AtLeastOne(value, "iterations");
    }

    /// <summary>Attempts an image gets, at least 1. Default: 1.</summary>
    public int Restarts
    {
        get => _restarts;
        init => _restarts = AttackSettings.AtLeastOne(value, "restarts");
    }

    /// <summary>Decides the random starts. Default: 0.</summary>
    public int Seed { get; init; }

    /// <inheritdoc/>
    public AttackResult Run(
        TorchNetwork network, Tensor images, IReadOnlyList<int> labels, IReadOnlyList<int> indices, CancellationToken cancellation = default) =>
        AttackedBatch.Run(network, images, labels, indices, batch => new ReferencePgdRun(this, batch).Go(cancellation), attackWrong: true);
}

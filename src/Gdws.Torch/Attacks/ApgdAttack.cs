namespace Gdws.Torch.Attacks;

/// <summary>
/// Auto-PGD (Croce and Hein 2020; for l1 2021): projected gradient ascent with momentum that chooses its own step. At checkpoints the step is halved for images
/// whose loss oscillates or no longer improves, and these go on from their best point. For l1 a step changes only the values with the largest gradients, and
/// how many adapts to how sparse the best perturbation is. There is nothing to tune. An image counts as broken when any iterate is misclassified.
/// </summary>
/// <remarks>
/// Shape: images <c>[N, C, H, W]</c> in [0,1]. Random starts depend on <see cref="Seed"/>, the image's index and the attempt alone.
/// </remarks>
public sealed record ApgdAttack : IAttack
{
    private readonly int _iterations = 100;
    private readonly int _restarts = 1;
    private readonly int _targets = 9;
    private readonly int _samples = 1;

    /// <summary>Describes the attack.</summary>
    /// <param name="threatModel">The norm and ε.</param>
    /// <param name="loss">What it climbs. Dlr needs at least 3 classes, TargetedDlr 4.</param>
    public ApgdAttack(ThreatModel threatModel, ApgdLoss loss = ApgdLoss.CrossEntropy)
    {
        ArgumentNullException.ThrowIfNull(threatModel);
        ThreatModel = threatModel;
        Loss = loss;
        _targets = threatModel.Norm == Norm.L1 ? 5 : 9;
        WidensFirst = threatModel.Norm == Norm.L1;
    }

    /// <inheritdoc/>
    public string Name => Loss switch { ApgdLoss.CrossEntropy => "apgd-ce", ApgdLoss.Dlr => "apgd-dlr", _ => "apgd-t" };

    /// <inheritdoc/>
    public ThreatModel ThreatModel { get; }

    /// <summary>What it climbs.</summary>
    public ApgdLoss Loss { get; }

    /// <summary>Steps an attempt takes, at least 1. Default: 100.</summary>
    public int Iterations
    {
        get => _iterations;
        init => _iterations = AttackSettings.AtLeastOne(value, "iterations");
    }

    /// <inheritdoc/>
    public double Step => (ThreatModel.Norm == Norm.L1 ? 1 : 2) * ThreatModel.Epsilon;

    /// <summary>Attempts an image gets (for each target class), at least 1. Default: 1.</summary>
    public int Restarts
    {
        get => _restarts;
        init => _restarts = AttackSettings.AtLeastOne(value, "restarts");
    }

    /// <summary>Target classes for <see cref="ApgdLoss.TargetedDlr"/>, at least 1; all wrong classes where there are fewer. Default: 9, for l1 5.</summary>
    public int Targets
    {
        get => _targets;
        init => _targets = AttackSettings.AtLeastOne(value, "target classes");
    }

    /// <summary>Gradients averaged at every point, for networks whose output is random (expectation over transformation), at least 1. Default: 1.</summary>
    public int GradientSamples
    {
        get => _samples;
        init => _samples = AttackSettings.AtLeastOne(value, "gradient samples");
    }

    /// <summary>Whether the first 30 % of the steps are in a ball of 3ε and the next 30 % in one of 2ε; only the last part counts. Default: for l1.</summary>
    public bool WidensFirst { get; init; }

    /// <summary>Decides the random starts. Default: 0.</summary>
    public int Seed { get; init; }

    /// <inheritdoc/>
    public AttackResult Run(
        TorchNetwork network, Tensor images, IReadOnlyList<int> labels, IReadOnlyList<int> indices, CancellationToken cancellation = default) =>
        AttackedBatch.Run(network, images, labels, indices, batch =>
        {
            AttackSettings.RequireClasses(this, network);
            ApgdRun run = new(this, batch);
            int targets = Loss == ApgdLoss.TargetedDlr ? Math.Min(Targets, network.Classes - 1) : 1;
            for (int target = 1; target <= targets; target++)
            {
                for (int restart = 0; restart < Restarts; restart++)
                    run.Attempt(target, ((target - 1) * Restarts) + restart, cancellation);
            }
        });
}

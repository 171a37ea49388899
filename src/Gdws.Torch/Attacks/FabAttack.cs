namespace Gdws.Torch.Attacks;

/// <summary>
/// Fast adaptive boundary attack (Croce and Hein 2020): looks for the nearest adversarial image instead of the worst one in a ball. Each step linearises the
/// network, goes to the boundary that this predicts, a little beyond, with a pull back to the clean image; from an adversarial image it goes back towards the
/// clean one. An image is broken when an adversarial image within ε is found.
/// </summary>
/// <remarks>
/// Shape: images <c>[N, C, H, W]</c> in [0,1]. Targeted it takes one boundary a run, as AutoAttack's fab-t; untargeted the nearest of all classes,
/// which takes as many gradients as there are classes.
/// </remarks>
public sealed record FabAttack : IAttack
{
    /// <summary>The largest share of the pull back to the clean image.</summary>
    internal const double LargestPull = 0.1;

    /// <summary>How far beyond the boundary a step goes.</summary>
    internal const double Overshoot = 1.05;

    /// <summary>What is left of an adversarial perturbation for the next step.</summary>
    internal const double BackStep = 0.9;

    private readonly int _iterations = 100;
    private readonly int _restarts = 1;
    private readonly int _targets = 9;

    /// <summary>Describes the attack.</summary>
    /// <param name="threatModel">The norm and ε.</param>
    /// <param name="isTargeted">Whether every wrong class is attacked by itself.</param>
    public FabAttack(ThreatModel threatModel, bool isTargeted = true)
    {
        ArgumentNullException.ThrowIfNull(threatModel);
        ThreatModel = threatModel;
        IsTargeted = isTargeted;
    }

    /// <inheritdoc/>
    public string Name => IsTargeted ? "fab-t" : "fab";

    /// <inheritdoc/>
    public ThreatModel ThreatModel { get; }

    /// <summary>Whether every wrong class is attacked by itself.</summary>
    public bool IsTargeted { get; }

    /// <summary>Steps an attempt takes, at least 1. Default: 100.</summary>
    public int Iterations
    {
        get => _iterations;
        init => _iterations = AttackSettings.AtLeastOne(value, "iterations");
    }

    /// <inheritdoc/>
    public double Step => 0;

    /// <summary>Attempts an image gets (for each target class), at least 1: the first from the image itself, the others from random places. Default: 1.</summary>
    public int Restarts
    {
        get => _restarts;
        init => _restarts = AttackSettings.AtLeastOne(value, "restarts");
    }

    /// <summary>Target classes, at least 1: those with the largest logits on the clean image; all wrong ones where there are fewer. Default: 9.</summary>
    public int Targets
    {
        get => _targets;
        init => _targets = AttackSettings.AtLeastOne(value, "target classes");
    }

    /// <summary>Decides the random starts. Default: 0.</summary>
    public int Seed { get; init; }

    /// <inheritdoc/>
    public AttackResult Run(
        TorchNetwork network, Tensor images, IReadOnlyList<int> labels, IReadOnlyList<int> indices, CancellationToken cancellation = default) =>
        AttackedBatch.Run(network, images, labels, indices, batch =>
        {
            AttackSettings.RequireClasses(this, network);
            FabRun run = new(this, batch);
            int targets = IsTargeted ? Math.Min(Targets, network.Classes - 1) : 1;
            for (int target = 1; target <= targets; target++)
            {
                for (int restart = 0; restart < Restarts; restart++)
                    run.Attempt(IsTargeted ? target : null, restart, ((target - 1) * Restarts) + restart, cancellation);
            }
        });
}

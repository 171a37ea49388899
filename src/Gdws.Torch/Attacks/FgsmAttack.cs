namespace Gdws.Torch.Attacks;

/// <summary>
/// Fast gradient sign method (Goodfellow et al. 2015): one step of length ε up the cross-entropy from the clean image; for l2 along the gradient, for l1 along
/// the 1 % of the values with the largest gradients. Weak: it is for comparison with others, not for a claim of robustness.
/// </summary>
/// <remarks>Shape: images <c>[N, C, H, W]</c> in [0,1].</remarks>
public sealed record FgsmAttack : IAttack
{
    /// <summary>Describes the attack.</summary>
    /// <param name="threatModel">The norm and ε.</param>
    public FgsmAttack(ThreatModel threatModel)
    {
        ArgumentNullException.ThrowIfNull(threatModel);
        ThreatModel = threatModel;
    }

    /// <inheritdoc/>
    public string Name => "fgsm";

    /// <inheritdoc/>
    public ThreatModel ThreatModel { get; }

    /// <inheritdoc/>
    public int Iterations => 1;

    /// <inheritdoc/>
    public double Step => ThreatModel.Epsilon;

    /// <inheritdoc/>
    public int Restarts => 1;

    /// <inheritdoc/>
    public AttackResult Run(
        TorchNetwork network, Tensor images, IReadOnlyList<int> labels, IReadOnlyList<int> indices, CancellationToken cancellation = default)
    {
        PgdAttack step = new(ThreatModel) { Iterations = 1, RandomStart = false };
        return (Step > 0 ? step with { Step = Step } : step).Run(network, images, labels, indices, cancellation);
    }
}

using Gdws.Torch.Attacks;

namespace Gdws.Torch.Training;

/// <summary>
/// Adversarial training (Madry et al. 2018): the cross-entropy of images that projected gradient descent has perturbed, from a random start, by steps
/// that are all taken.
/// </summary>
public sealed record PgdTraining : TrainingMethod
{
    private readonly int _iterations = 10;
    private readonly double? _step;

    /// <summary>Describes the training.</summary>
    /// <param name="threatModel">What the network shall be robust against.</param>
    public PgdTraining(ThreatModel threatModel) => ThreatModel = Known(threatModel);

    /// <summary>What the network shall be robust against.</summary>
    public ThreatModel ThreatModel { get; }

    /// <inheritdoc/>
    public override string Name => "pgd";

    /// <inheritdoc/>
    public override IReadOnlyList<ThreatModel> ThreatModels => [ThreatModel];

    /// <summary>Steps of the attack, at least 1. Default: 10.</summary>
    public int Iterations
    {
        get => _iterations;
        init => _iterations = TrainingSettings.AtLeastOne(value, "iterations");
    }

    /// <summary>The length of a step in pixel units. Default: 2.5 ε / iterations, e.g. 2/255 for ε = 8/255 and 10 steps.</summary>
    public double Step
    {
        get => _step ?? 2.5 * ThreatModel.Epsilon / Iterations;
        init => _step = TrainingSettings.Above0(value, "step");
    }

    /// <inheritdoc/>
    public override string Description => $"{Name} {ThreatModel} iterations {Iterations} step {Step}";

    internal override TrainingLoss LossOf(TrainableNetwork network, TrainingBatch batch, double smoothing)
    {
        using Ball ball = Ball.Around(ThreatModel, batch.Images, TrainingSettings.L1Fraction);
        using Tensor start = batch.RandomStart(ball);
        using Tensor perturbed = InnerMaximization.Climb(network.Network, ball, start, Iterations, Step, batch.CrossEntropySum);
        Tensor logits = network.Forward(perturbed);
        return new TrainingLoss(TrainingLoss.CrossEntropy(logits, batch, smoothing), null, logits);
    }
}

using Gdws.Torch.Attacks;

namespace Gdws.Torch.Training;

/// <summary>
/// Fast adversarial training (Wong, Rice and Kolter 2020): one step of 1.25 ε from a random start, so that a batch costs little more than twice a natural
/// one. At large ε it may overfit to that one step from one epoch to the next (robust accuracy under PGD falls to 0): measure it.
/// </summary>
public sealed record FastTraining : TrainingMethod
{
    private readonly double? _step;

    /// <summary>Describes the training.</summary>
    /// <param name="threatModel">What the network shall be robust against; made for l∞.</param>
    public FastTraining(ThreatModel threatModel) => ThreatModel = Known(threatModel);

    /// <summary>What the network shall be robust against.</summary>
    public ThreatModel ThreatModel { get; }

    /// <inheritdoc/>
    public override string Name => "fast";

    /// <inheritdoc/>
    public override IReadOnlyList<ThreatModel> ThreatModels => [ThreatModel];

    /// <summary>The length of the step in pixel units. Default: 1.25 ε.</summary>
    public double Step
    {
        get => _step ?? 1.25 * ThreatModel.Epsilon;
        init => _step = TrainingSettings.Above0(value, "step");
    }

    /// <inheritdoc/>
    public override string Description => $"{Name} {ThreatModel} step {Step}";

    internal override TrainingLoss LossOf(TrainableNetwork network, TrainingBatch batch, double smoothing) =>
        new PgdTraining(ThreatModel) { Iterations = 1, Step = Step }.LossOf(network, batch, smoothing);
}

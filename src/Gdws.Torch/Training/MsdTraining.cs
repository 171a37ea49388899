using Gdws.Torch.Attacks;

namespace Gdws.Torch.Training;

/// <summary>
/// Adversarial training against several threat models at once by multi steepest descent (Maini, Wong and Kolter 2020): every step of the one attack is
/// tried in the steepest direction of each norm, and each image goes where its loss is largest. The iterate with the largest loss of all is trained on.
/// </summary>
public sealed record MsdTraining : TrainingMethod
{
    private readonly int _iterations = 10;

    /// <summary>Describes the training.</summary>
    /// <param name="threatModels">What the network shall be robust against, at least one.</param>
    /// <exception cref="GdwsException">There is none.</exception>
    public MsdTraining(params IReadOnlyList<ThreatModel> threatModels)
    {
        ArgumentNullException.ThrowIfNull(threatModels);
        if (threatModels.Count == 0)
            throw new GdwsException("training method msd: expected at least one threat model");
        ThreatModels = threatModels;
    }

    /// <inheritdoc/>
    public override string Name => "msd";

    /// <inheritdoc/>
    public override IReadOnlyList<ThreatModel> ThreatModels { get; }

    /// <summary>Steps of the attack, at least 1. Default: 10.</summary>
    public int Iterations
    {
        get => _iterations;
        init => _iterations = TrainingSettings.AtLeastOne(value, "iterations");
    }

    /// <summary>
    /// The length of a step in a threat model as a share of ε: 5 / iterations and at most 1. Each norm gets only some of the steps, so they are longer than where
    /// one norm gets all; with the 50 of the publication it is ε / 10 (there ε/10 for l∞, ε/6 for l2, ε/12 for l1).
    /// </summary>
    public double RelativeStep => Math.Min(1, 5.0 / Iterations);

    /// <inheritdoc/>
    public override string Description => $"{Name} {string.Join(", ", ThreatModels)} iterations {Iterations} step {RelativeStep} epsilon";

    internal override TrainingLoss LossOf(TrainableNetwork network, TrainingBatch batch, double smoothing)
    {
        using Tensor perturbed = new SteepestDescent(ThreatModels, Iterations, RelativeStep).Perturb(network.Network, batch);
        Tensor logits = network.Forward(perturbed);
        return new TrainingLoss(TrainingLoss.CrossEntropy(logits, batch, smoothing), null, logits);
    }
}

namespace Gdws.Torch.Training;

/// <summary>The cross-entropy of clean images: training as it is without an adversary.</summary>
public sealed record NaturalTraining : TrainingMethod
{
    /// <inheritdoc/>
    public override string Name => "natural";

    /// <inheritdoc/>
    public override string Description => Name;

    internal override TrainingLoss LossOf(TrainableNetwork network, TrainingBatch batch, double smoothing)
    {
        Tensor logits = network.Forward(batch.Images);
        return new TrainingLoss(TrainingLoss.CrossEntropy(logits, batch, smoothing), logits, null);
    }
}

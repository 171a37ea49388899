namespace Gdws.Torch.Training;

/// <summary>How a network did in an epoch.</summary>
public sealed record EpochResult
{
    /// <summary>The epoch, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>The mean loss over its steps, as the network was at each.</summary>
    public required double Loss { get; init; }

    /// <summary>The learning rate at its last step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Accuracy on clean training images on the way, in percent; null where the method doesn't look at them.</summary>
    public double? TrainingNatural { get; init; }

    /// <summary>Accuracy on the perturbed training images on the way, in percent; null where there are none.</summary>
    public double? TrainingRobust { get; init; }

    /// <summary>How it did on the images held out, after its last step; null where there are none.</summary>
    public ValidationResult? Validation { get; init; }

    /// <summary>What it took, the measurement included.</summary>
    public required double Seconds { get; init; }
}

using Gdws.Torch.Attacks;

namespace Gdws.Torch.Training;

/// <summary>What a network is trained for: makes the loss of a batch. An immutable description.</summary>
/// <remarks>
/// Attacks on the way to a loss see the network as it is in use, with the running statistics of its batch normalisation, and don't move these; the loss
/// itself is computed with the statistics of the batch.
/// </remarks>
public abstract record TrainingMethod
{
    /// <summary>The name on the command line, e.g. <c>trades</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What it makes the network robust against; none for natural training.</summary>
    public virtual IReadOnlyList<ThreatModel> ThreatModels => [];

    /// <summary>One line with every setting that decides the result.</summary>
    public abstract string Description { get; }

    /// <summary>Computes the loss.</summary>
    /// <param name="network">The network.</param>
    /// <param name="batch">Images and labels.</param>
    /// <param name="smoothing">The share of a label that is spread over all classes.</param>
    internal abstract TrainingLoss LossOf(TrainableNetwork network, TrainingBatch batch, double smoothing);

    private protected static ThreatModel Known(ThreatModel threatModel)
    {
        ArgumentNullException.ThrowIfNull(threatModel);
        return threatModel;
    }
}

namespace Gdws.Torch.Training;

/// <summary>The loss of a batch, and the logits that were computed for it.</summary>
/// <param name="Value">One number, attached to the graph of the parameters.</param>
/// <param name="Natural"><c>[N, classes]</c> of the clean images; null where the loss doesn't need them.</param>
/// <param name="Robust"><c>[N, classes]</c> of the perturbed images; null where the loss doesn't need them.</param>
internal sealed record TrainingLoss(Tensor Value, Tensor? Natural, Tensor? Robust) : IDisposable
{
    public static Tensor CrossEntropy(Tensor logits, TrainingBatch batch, double smoothing) =>
        torch.nn.functional.cross_entropy(logits, batch.Labels, label_smoothing: smoothing);

    /// <summary>Σ over the batch of the Kullback-Leibler divergence of the second distribution from the first.</summary>
    public static Tensor Divergence(Tensor probabilities, Tensor logits)
    {
        using Tensor logarithms = torch.nn.functional.log_softmax(logits, 1);
        return torch.nn.functional.kl_div(logarithms, probabilities, log_target: false, torch.nn.Reduction.Sum);
    }

    public void Dispose()
    {
        Value.Dispose();
        Natural?.Dispose();
        Robust?.Dispose();
    }
}

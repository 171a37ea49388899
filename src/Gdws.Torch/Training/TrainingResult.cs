namespace Gdws.Torch.Training;

/// <summary>What became of a training; the network itself holds the weights.</summary>
/// <param name="Epochs">One entry an epoch, those before a resumption included.</param>
/// <param name="Best">The epoch whose weights the network has now: with images held out the best one, otherwise the last.</param>
/// <param name="IsStoppedEarly">Whether it ended for want of a better epoch.</param>
public sealed record TrainingResult(IReadOnlyList<EpochResult> Epochs, EpochResult Best, bool IsStoppedEarly);

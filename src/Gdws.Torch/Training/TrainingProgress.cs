namespace Gdws.Torch.Training;

/// <summary>How far a training is.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Epochs">All of them.</param>
/// <param name="Done">Steps done in the whole training; while <paramref name="IsValidation"/> images looked at.</param>
/// <param name="Total">All steps; while <paramref name="IsValidation"/> all images.</param>
/// <param name="Loss">The mean loss of the epoch so far.</param>
/// <param name="Natural">Accuracy on clean training images in the epoch so far, in percent; null where the method doesn't look at them.</param>
/// <param name="Robust">Accuracy on perturbed training images in the epoch so far, in percent; null where there are none.</param>
/// <param name="IsValidation">Whether the images held out are being looked at.</param>
public sealed record TrainingProgress(int Epoch, int Epochs, int Done, int Total, double Loss, double? Natural, double? Robust, bool IsValidation);

using Gdws.Torch.Training;

namespace Gdws.Torch.Pruning;

/// <summary>A part of a pruning.</summary>
/// <param name="Name">What it did, e.g. <c>fine-tuning</c>.</param>
/// <param name="Training">How the training went.</param>
/// <param name="Seconds">What it took.</param>
public sealed record PruningStage(string Name, TrainingResult Training, double Seconds);

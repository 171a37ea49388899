using Gdws.Torch.Training;

namespace Gdws.Torch.Pruning;

/// <summary>How far a pruning is.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Training">How far the stage's training is.</param>
public sealed record PruningProgress(string Stage, TrainingProgress Training);

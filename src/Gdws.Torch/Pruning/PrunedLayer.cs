namespace Gdws.Torch.Pruning;

/// <summary>What is left of a layer.</summary>
/// <param name="Name">The name of its weight.</param>
/// <param name="Weights">Its weights before.</param>
/// <param name="Kept">Those that stay; all others are zero, or removed with their channel.</param>
public sealed record PrunedLayer(string Name, long Weights, long Kept);

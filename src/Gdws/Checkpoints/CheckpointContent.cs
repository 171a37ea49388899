namespace Gdws.Checkpoints;

/// <summary>What a reader found in a file.</summary>
/// <param name="Tensors">The tensors, named as in the file.</param>
/// <param name="Metadata">The plain values beside them.</param>
internal sealed record CheckpointContent(IReadOnlyList<CheckpointTensor> Tensors, IReadOnlyDictionary<string, string> Metadata);

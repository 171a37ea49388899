namespace Gdws.Checkpoints.Pickle;

/// <summary>Bytes in a pickle; their content is never needed and isn't kept.</summary>
/// <param name="Length">How many there were.</param>
internal sealed record PickleBytes(long Length);

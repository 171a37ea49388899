namespace Gdws.Checkpoints.Pickle;

/// <summary>Bytes in a pickle; a state dict never needs their content, and it isn't kept.</summary>
/// <param name="Length">How many there were.</param>
/// <param name="Offset">Where in the stream they begin.</param>
internal sealed record PickleBytes(long Length, long Offset);

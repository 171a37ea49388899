namespace Gdws.Checkpoints.Pickle;

/// <summary>What stands in for an object of an allow-listed class that a state dict doesn't need. It does nothing.</summary>
/// <param name="Class">The class or function that the pickle named.</param>
internal sealed record PickleObject(PickleGlobal Class);

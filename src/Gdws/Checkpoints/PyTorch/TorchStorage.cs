namespace Gdws.Checkpoints.PyTorch;

/// <summary>A reference to a run of elements in the file, not read yet.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Count">The number of elements that the pickle declares for the whole storage.</param>
/// <param name="ViewStart">The first element of the part that is meant.</param>
/// <param name="ViewCount">The number of elements of that part.</param>
internal sealed record TorchStorage(string Key, TorchStorageType Type, long Count, long ViewStart, long ViewCount)
{
    /// <summary>Bytes of the whole storage; saturates where the declared count overflows.</summary>
    public long ByteLength => Count > long.MaxValue / Type.Size ? long.MaxValue : Count * Type.Size;
}

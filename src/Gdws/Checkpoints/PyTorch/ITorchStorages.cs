namespace Gdws.Checkpoints.PyTorch;

/// <summary>The storages of a file by key.</summary>
internal interface ITorchStorages
{
    /// <summary>Whether the elements' most significant byte comes first.</summary>
    bool BigEndian { get; }

    /// <summary>The bytes of a whole storage: <see cref="TorchStorage.ByteLength"/> of them, in the file's byte order.</summary>
    /// <param name="storage">Which.</param>
    /// <param name="tensor">The name of the tensor that needs it, for messages.</param>
    /// <exception cref="InvalidFileException">It is missing, truncated, damaged or of another length.</exception>
    ReadOnlyMemory<byte> Read(TorchStorage storage, string tensor);
}

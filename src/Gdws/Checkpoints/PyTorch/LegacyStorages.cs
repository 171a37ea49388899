using System.Buffers.Binary;

namespace Gdws.Checkpoints.PyTorch;

/// <summary>Where the storages of a legacy file lie. They are found by stepping over their elements and read when a tensor needs them.</summary>
internal sealed class LegacyStorages : ITorchStorages
{
    private readonly Stream _stream;
    private readonly string _file;
    private readonly Dictionary<string, long> _starts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> _read = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _owners = new(StringComparer.Ordinal);

    /// <summary>Steps over all storages.</summary>
    /// <exception cref="InvalidFileException">The file ends before the last one, or a count isn't the one that the pickle says.</exception>
    public LegacyStorages(
        Stream stream,
        long start,
        bool bigEndian,
        IReadOnlyList<object?> keys,
        IReadOnlyDictionary<string, TorchStorage> mentioned,
        IReadOnlyList<NamedTorchTensor> tensors,
        string file)
    {
        _stream = stream;
        _file = file;
        BigEndian = bigEndian;
        foreach ((string name, TorchTensor tensor) in tensors)
            _owners.TryAdd(tensor.Storage.Key, name);

        foreach (object? item in keys)
        {
            string key = item is string or long
                ? item.ToString()!
                : throw new InvalidFileException(file, "its list of storages holds something else than keys");
            if (!mentioned.TryGetValue(key, out TorchStorage? storage))
                throw new InvalidFileException(file, $"holds a storage {ShownName.Of(key)} that its pickle doesn't mention");
            start = Step(start, storage);
        }
    }

    public bool BigEndian { get; }

    public ReadOnlyMemory<byte> Read(TorchStorage storage, string tensor)
    {
        if (!_read.TryGetValue(storage.Key, out byte[]? bytes))
        {
            if (!_starts.TryGetValue(storage.Key, out long start))
                throw new InvalidFileException(_file, $"tensor {ShownName.Of(tensor)}: its storage {ShownName.Of(storage.Key)} is missing");
            bytes = new byte[RequireInside(start, storage)];
            _stream.Position = start;
            _stream.ReadExactly(bytes);
            _read.Add(storage.Key, bytes);
        }

        return bytes.Length == storage.ByteLength
            ? bytes
            : throw new InvalidFileException(
                _file, $"tensor {ShownName.Of(tensor)}: its storage has {bytes.Length:N0} bytes, expected {storage.ByteLength:N0}");
    }

    private long Step(long position, TorchStorage storage)
    {
        if (_stream.Length - position < sizeof(long))
            throw Truncated(position, storage, sizeof(long));

        Span<byte> item = stackalloc byte[sizeof(long)];
        _stream.Position = position;
        _stream.ReadExactly(item);
        long count = BinaryPrimitives.ReadInt64LittleEndian(item);
        if (count != storage.Count)
        {
            throw new InvalidFileException(
                _file, $"{Subject(storage)} has {count:N0} elements at offset {position:N0}, expected the {storage.Count:N0} that the pickle says");
        }

        if (!_starts.TryAdd(storage.Key, position + sizeof(long)))
            throw new InvalidFileException(_file, $"{Subject(storage)} is listed twice");
        return position + sizeof(long) + RequireInside(position + sizeof(long), storage);
    }

    private long RequireInside(long start, TorchStorage storage) =>
        storage.Count >= 0 && storage.ByteLength <= _stream.Length - start
            ? storage.ByteLength
            : throw Truncated(start, storage, storage.ByteLength);

    private InvalidFileException Truncated(long position, TorchStorage storage, long needed) =>
        new(_file, $"is truncated in {Subject(storage)}: it needs {needed:N0} bytes from offset {position:N0} on, {_stream.Length - position:N0} are left");

    private string Subject(TorchStorage storage) =>
        _owners.TryGetValue(storage.Key, out string? tensor) ? $"tensor {ShownName.Of(tensor)}" : $"storage {ShownName.Of(storage.Key)}";
}

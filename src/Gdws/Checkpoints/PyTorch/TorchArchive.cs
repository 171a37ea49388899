using System.IO.Compression;
using System.Text;

namespace Gdws.Checkpoints.PyTorch;

/// <summary>The entries of a checkpoint's zip, read with distrust in every size that the zip declares.</summary>
internal sealed class TorchArchive : ITorchStorages
{
    private const string PickleName = "data.pkl";
    private const int MaximumPickleLength = 1 << 28;

    /// <summary>PyTorch doesn't compress, and weights hardly shrink; a file that grows more than this (and some) is a bomb.</summary>
    private const int MaximumExpansion = 32;

    private const long FreeExpansion = 1 << 24;

    /// <summary>Deflate's limit: what declares more can't be there, so memory needn't be taken to find out.</summary>
    private const int MaximumDeflateRatio = 1032;

    private readonly string _file;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> _storages = new(StringComparer.Ordinal);
    private readonly string _folder;

    // Entries of a bomb may overlap, so that their sum is larger than the file.
    private long _compressedBudget;
    private long _expandedBudget;

    public TorchArchive(ZipArchive archive, string file, long fileLength)
    {
        _file = file;
        _compressedBudget = fileLength;
        _expandedBudget = fileLength > (long.MaxValue - FreeExpansion) / MaximumExpansion
            ? long.MaxValue
            : fileLength * MaximumExpansion + FreeExpansion;
        foreach (ZipArchiveEntry entry in archive.Entries)
            _entries.TryAdd(entry.FullName, entry);
        _folder = FindFolder();
        BigEndian = ReadByteOrder();
    }

    public bool BigEndian { get; }

    public byte[] ReadPickle()
    {
        ZipArchiveEntry entry = _entries[_folder + PickleName];
        if (entry.Length > MaximumPickleLength)
            throw Invalid($"{entry.FullName} declares {entry.Length:N0} bytes, expected at most {MaximumPickleLength:N0}");
        return Extract(entry, entry.Length, entry.FullName);
    }

    public ReadOnlyMemory<byte> Read(TorchStorage storage, string tensor)
    {
        string name = $"{_folder}data/{storage.Key}";
        string subject = $"tensor {ShownName.Of(tensor)}: its storage {ShownName.Of(name)}";
        if (!_storages.TryGetValue(storage.Key, out byte[]? bytes))
        {
            if (!_entries.TryGetValue(name, out ZipArchiveEntry? entry))
                throw Invalid($"{subject} is missing");
            if (entry.Length != storage.ByteLength)
                throw WrongLength(entry.Length);
            bytes = Extract(entry, storage.ByteLength, subject);
            _storages.Add(storage.Key, bytes);
        }

        return bytes.Length == storage.ByteLength ? bytes : throw WrongLength(bytes.Length);

        InvalidFileException WrongLength(long found) =>
            Invalid($"{subject} has {found:N0} bytes, expected {storage.ByteLength:N0} ({storage.Count:N0} elements of {storage.Type.Name})");
    }

    private string FindFolder()
    {
        string[] folders = [.. _entries.Keys.Where(IsPickle).Select(n => n[..^PickleName.Length])];
        string? folder = folders.Length == 1 ? folders[0] : null;
        if (_entries.Keys.Any(n => IsInTopFolder(n, "constants.pkl") || IsInTopFolder(n, "model.json")))
            throw Invalid("is TorchScript (torch.jit.save), not a state dict; in Python, save torch.jit.load(path).state_dict() with torch.save");
        return folder ?? throw Invalid(
            folders.Length == 0 ? "is a zip without data.pkl, expected what torch.save writes" : "is a zip with more than one data.pkl, expected one");
    }

    private static bool IsPickle(string name) => IsInTopFolder(name, PickleName);

    private static bool IsInTopFolder(string name, string leaf) =>
        name == leaf || (name.EndsWith("/" + leaf, StringComparison.Ordinal) && name.IndexOf('/') == name.Length - leaf.Length - 1);

    private bool ReadByteOrder()
    {
        if (!_entries.TryGetValue(_folder + "byteorder", out ZipArchiveEntry? entry))
            return false;

        string order = entry.Length <= 16 ? Encoding.Latin1.GetString(Extract(entry, entry.Length, entry.FullName)).Trim() : "something longer";
        return order switch
        {
            "little" => false,
            "big" => true,
            _ => throw Invalid($"{entry.FullName} is {ShownName.Of(order)}, expected little or big"),
        };
    }

    private byte[] Extract(ZipArchiveEntry entry, long length, string subject)
    {
        if (entry.CompressedLength > _compressedBudget)
            throw Invalid($"{subject} is truncated or overlaps others: it declares {entry.CompressedLength:N0} bytes where {_compressedBudget:N0} are left");
        if (length > _expandedBudget || length / MaximumDeflateRatio > entry.CompressedLength)
            throw Invalid($"{subject} declares {length:N0} bytes compressed to {entry.CompressedLength:N0}: a zip bomb");
        _compressedBudget -= entry.CompressedLength;
        _expandedBudget -= length;

        byte[] bytes = new byte[length];
        using Stream content = entry.Open();
        int read = content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (read < bytes.Length || content.ReadByte() >= 0)
            throw Invalid($"{subject} isn't of the {length:N0} bytes that it declares");

        // PyTorch can be told not to compute checksums; it then writes zero.
        if (entry.Crc32 != 0 && entry.Crc32 != Crc32.Of(bytes))
            throw Invalid($"{subject} is damaged: its checksum doesn't match");
        return bytes;
    }

    private InvalidFileException Invalid(string problem) => new(_file, problem);
}

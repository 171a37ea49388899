using System.Text;

namespace Gdws.Checkpoints;

/// <summary>Tells a checkpoint's format from its first bytes, and what a file is that isn't one.</summary>
internal static class FormatDetection
{
    private const string Expected = "expected a PyTorch checkpoint (.pth) or safetensors";
    private const int TarSignatureOffset = 257;

    private static readonly (byte[] Signature, string Kind)[] s_archives =
    [
        ([0x1f, 0x8b], "gzip"),
        ([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], "7z"),
        ([0xfd, 0x37, 0x7a, 0x58, 0x5a], "xz"),
        ([0x42, 0x5a, 0x68], "bzip2"),
        ([0x28, 0xb5, 0x2f, 0xfd], "zstd"),
        ([0x52, 0x61, 0x72, 0x21], "RAR"),
    ];

    /// <summary>Reads the first bytes and goes back to the start.</summary>
    /// <exception cref="InvalidFileException">The file is none of the three.</exception>
    public static CheckpointFormat Detect(Stream stream, string file)
    {
        byte[] head = new byte[512];
        ReadOnlySpan<byte> start = head.AsSpan(0, stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false));
        stream.Position = 0;

        if (start.IsEmpty)
            throw new InvalidFileException(file, "is empty");
        // First, because the first eight bytes are the header's length, which can look like anything.
        if (start.Length > sizeof(ulong) && start[sizeof(ulong)] == '{')
            return CheckpointFormat.SafeTensors;
        if (start.StartsWith("PK\u0003\u0004"u8) || start.StartsWith("PK\u0005\u0006"u8))
            return CheckpointFormat.PyTorchZip;
        if (start[0] == 0x80 || start.StartsWith("L119547037146038801333356L"u8) || LooksLikeTextPickle(start))
            return CheckpointFormat.PyTorchLegacy;
        throw new InvalidFileException(file, Describe(start));
    }

    private static bool LooksLikeTextPickle(ReadOnlySpan<byte> start) =>
        start[0] == 'c' && start.Count((byte)'\n') >= 2 && start.IndexOf("\n"u8) is > 1 and < 100;

    private static string Describe(ReadOnlySpan<byte> start)
    {
        foreach ((byte[] signature, string kind) in s_archives)
        {
            if (start.StartsWith(signature))
                return $"is a {kind} archive, {Expected}; unpack it first";
        }

        if (start.Length > TarSignatureOffset + 5 && start.Slice(TarSignatureOffset, 5).SequenceEqual("ustar"u8))
        {
            return "is a tar archive: either the form of PyTorch 0.1.9 and older, which isn't supported (load it there and save it with a newer PyTorch), "
                + "or a checkpoint inside an archive (unpack it first)";
        }

        string text = Encoding.Latin1.GetString(start).TrimStart();
        if (text.StartsWith("version https://git-lfs", StringComparison.Ordinal))
            return "is only a Git LFS pointer, the file itself wasn't downloaded; run `git lfs pull`";
        if (text.StartsWith("<!doctype", StringComparison.OrdinalIgnoreCase) || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase))
            return "is a web page, not the file that the download should have given";
        if (start[0] == 0x89 && start[1..].StartsWith("HDF"u8))
            return $"is HDF5 (Keras), {Expected}";
        return $"is of an unknown kind, {Expected}; its first bytes are {Convert.ToHexStringLower(start[..Math.Min(8, start.Length)])}";
    }
}

using System.Buffers.Binary;

namespace Gdws.Checkpoints;

/// <summary>Reads safetensors: the header's length (8 bytes), the header (JSON), the tensors' bytes without holes.</summary>
internal static class SafeTensorsReader
{
    /// <summary>The limit that the format sets.</summary>
    public const int MaximumHeaderLength = 100_000_000;

    public static CheckpointContent Read(Stream stream, string file)
    {
        Span<byte> item = stackalloc byte[sizeof(ulong)];
        stream.ReadExactly(item);
        ulong declared = BinaryPrimitives.ReadUInt64LittleEndian(item);
        long available = stream.Length - sizeof(ulong);
        if (declared > MaximumHeaderLength)
            throw new InvalidFileException(file, $"declares a header of {declared:N0} bytes, expected at most {MaximumHeaderLength:N0}");
        if ((long)declared > available)
            throw new InvalidFileException(file, $"is truncated: it declares a header of {declared:N0} bytes where {available:N0} are left");

        byte[] json = new byte[declared];
        stream.ReadExactly(json);
        SafeTensorsHeader header = SafeTensorsHeader.Parse(json, file);
        SafeTensorsEntry[] entries = [.. header.Entries.OrderBy(e => e.Begin).ThenBy(e => e.End)];
        RequireCover(entries, available - (long)declared, file);
        return new CheckpointContent([.. entries.Select(e => ReadTensor(stream, e))], header.Metadata);
    }

    private static void RequireCover(SafeTensorsEntry[] entries, long length, string file)
    {
        long covered = 0;
        foreach (SafeTensorsEntry entry in entries)
        {
            string subject = $"tensor {ShownName.Of(entry.Name)}";
            if (entry.End > length)
                throw new InvalidFileException(file, $"is truncated in {subject}: it ends at byte {entry.End:N0} of the data, which has {length:N0}");
            if (entry.Begin != covered)
            {
                string fault = entry.Begin < covered ? "overlaps the one before" : "leaves a hole before it";
                throw new InvalidFileException(file, $"{subject} {fault}: it begins at byte {entry.Begin:N0} of the data, expected {covered:N0}");
            }

            covered = entry.End;
        }

        if (covered != length)
            throw new InvalidFileException(file, $"its tensors take {covered:N0} bytes of the {length:N0} behind the header, expected all");
    }

    /// <summary>The tensors follow each other, so reading goes on where the last one ended.</summary>
    private static CheckpointTensor ReadTensor(Stream stream, SafeTensorsEntry entry)
    {
        byte[] bytes = new byte[entry.End - entry.Begin];
        stream.ReadExactly(bytes);
        return new CheckpointTensor(entry.Name, entry.Type, entry.Shape, bytes);
    }
}

using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Gdws.Checkpoints.PyTorch;

namespace Gdws.Tests.Checkpoints.Fixtures;

/// <summary>Writes zips byte by byte, so that they can lie about lengths.</summary>
internal sealed class ZipWriter
{
    private readonly List<byte> _local = [];
    private readonly List<byte> _central = [];
    private int _count;

    public ZipWriter Stored(string name, byte[] content) => Add(name, content, (uint)content.Length, 0, Crc32.Of(content));

    public ZipWriter StoredWithoutChecksum(string name, byte[] content) => Add(name, content, (uint)content.Length, 0, 0);

    /// <summary>A compressed entry that declares <paramref name="declared"/> bytes (its true length by default).</summary>
    public ZipWriter Deflated(string name, byte[] content, uint? declared = null)
    {
        using MemoryStream compressed = new();
        using (DeflateStream deflate = new(compressed, CompressionLevel.Optimal, leaveOpen: true))
            deflate.Write(content);
        return Add(name, compressed.ToArray(), declared ?? (uint)content.Length, 8, Crc32.Of(content));
    }

    /// <summary>Another entry of the directory for the bytes of the entry before.</summary>
    public ZipWriter Overlapping(string name, byte[] content, int offset)
    {
        WriteCentral(name, content, (uint)content.Length, 0, Crc32.Of(content), (uint)offset);
        return this;
    }

    public int Position => (int)_local.Count;

    public byte[] ToArray()
    {
        byte[] end = new byte[22];
        "PK\u0005\u0006"u8.CopyTo(end);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(8), (ushort)_count);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(10), (ushort)_count);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(12), (uint)_central.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(16), (uint)_local.Count);
        return [.. _local, .. _central, .. end];
    }

    private ZipWriter Add(string name, byte[] stored, uint length, ushort method, uint crc)
    {
        uint offset = (uint)_local.Count;
        byte[] header = new byte[30];
        "PK\u0003\u0004"u8.CopyTo(header);
        WriteCommon(header.AsSpan(4), name, stored, length, method, crc);
        _local.AddRange(header);
        _local.AddRange(Encoding.UTF8.GetBytes(name));
        _local.AddRange(stored);
        WriteCentral(name, stored, length, method, crc, offset);
        return this;
    }

    private void WriteCentral(string name, byte[] stored, uint length, ushort method, uint crc, uint offset)
    {
        byte[] header = new byte[46];
        "PK\u0001\u0002"u8.CopyTo(header);
        WriteCommon(header.AsSpan(6), name, stored, length, method, crc);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(42), offset);
        _central.AddRange(header);
        _central.AddRange(Encoding.UTF8.GetBytes(name));
        _count++;
    }

    private static void WriteCommon(Span<byte> header, string name, byte[] stored, uint length, ushort method, uint crc)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(header, 20);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], method);
        BinaryPrimitives.WriteUInt32LittleEndian(header[10..], crc);
        BinaryPrimitives.WriteUInt32LittleEndian(header[14..], (uint)stored.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[18..], length);
        BinaryPrimitives.WriteUInt16LittleEndian(header[22..], (ushort)Encoding.UTF8.GetByteCount(name));
    }
}

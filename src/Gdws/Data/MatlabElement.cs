using System.Buffers.Binary;

namespace Gdws.Data;

/// <summary>The tag of a data element of a MATLAB 5 file: its type, its size and whether its data stands in the tag itself.</summary>
/// <remarks>
/// <code>
/// long   |type: 4 bytes    |size: 4 bytes|data, padded to 8 bytes (compressed elements: not padded)
/// small  |type: 2|size: 2  |data: 4 bytes|
/// </code>
/// In the small form the size is the upper half of the first integer, whatever the byte order.
/// </remarks>
internal readonly record struct MatlabElement(int Type, long Size, uint SmallData, bool IsSmall)
{
    public const int Int8 = 1;
    public const int UInt8 = 2;
    public const int Int16 = 3;
    public const int UInt16 = 4;
    public const int Int32 = 5;
    public const int UInt32 = 6;
    public const int Double = 9;
    public const int Matrix = 14;
    public const int Compressed = 15;

    /// <summary>Bytes between the end of the tag and the next element.</summary>
    public long StoredSize => IsSmall ? 0 : Type == Compressed ? Size : (Size + 7) / 8 * 8;

    public static MatlabElement Read(string file, Stream stream, bool bigEndian)
    {
        Span<byte> tag = stackalloc byte[8];
        if (stream.ReadAtLeast(tag, 8, throwOnEndOfStream: false) < 8)
            throw new InvalidFileException(file, "ended within a data element: the file is truncated");

        uint first = ReadUInt32(tag, bigEndian);
        uint second = ReadUInt32(tag[4..], bigEndian);
        if (first >> 16 == 0)
            return new MatlabElement((int)first, second, 0, IsSmall: false);

        int size = (int)(first >> 16);
        if (size > 4)
            throw new InvalidFileException(file, $"expected at most 4 bytes in a small data element, found {size}: the file is damaged");
        return new MatlabElement((int)(first & 0xffff), size, BinaryPrimitives.ReadUInt32LittleEndian(tag[4..]), IsSmall: true);
    }

    /// <summary>The data, with the padding read away.</summary>
    public byte[] ReadData(string file, Stream stream, long maximum)
    {
        if (Size > maximum)
            throw new InvalidFileException(file, $"expected a data element of at most {maximum} bytes, found {Size}");
        if (IsSmall)
        {
            byte[] small = new byte[4];
            BinaryPrimitives.WriteUInt32LittleEndian(small, SmallData);
            return small[..(int)Size];
        }

        byte[] data = DataFile.ReadDeclared(file, stream, (int)Size);
        Span<byte> padding = stackalloc byte[8];
        stream.ReadAtLeast(padding[..(int)(StoredSize - Size)], (int)(StoredSize - Size), throwOnEndOfStream: false);
        return data;
    }

    public static uint ReadUInt32(ReadOnlySpan<byte> bytes, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}

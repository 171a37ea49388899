using System.Buffers.Binary;

namespace Gdws.Data.Images.Png;

/// <summary>The header chunk of a PNG image: its size and how a row of pixels is packed.</summary>
internal sealed record PngHeader(int Width, int Height, int Depth, int ColorType, bool IsInterlaced)
{
    /// <summary>Whether samples are positions in the palette.</summary>
    public bool IsPalette => ColorType == 3;

    /// <summary>Whether there is one brightness rather than red, green, blue.</summary>
    public bool IsGrey => ColorType is 0 or 4;

    /// <summary>Samples a pixel, with transparency.</summary>
    public int Channels => ColorType switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };

    /// <summary>How far back the filters look for the pixel to the left.</summary>
    public int FilterDistance => Math.Max(1, Channels * Depth / 8);

    /// <summary>About how many bytes are to be decompressed.</summary>
    public long RawLength => Height * (1L + RowLength(Width));

    /// <summary>Bytes in a row of so many pixels.</summary>
    public int RowLength(int pixels) => (int)((((long)pixels * Channels * Depth) + 7) / 8);

    /// <summary>Reads and checks the chunk.</summary>
    public static PngHeader Read(ReadOnlySpan<byte> chunk)
    {
        if (chunk.Length < 13)
            throw new InvalidDataException("the header chunk is too short");
        uint width = BinaryPrimitives.ReadUInt32BigEndian(chunk);
        uint height = BinaryPrimitives.ReadUInt32BigEndian(chunk[4..]);
        ImageDecoder.CheckSize((int)Math.Min(width, int.MaxValue), (int)Math.Min(height, int.MaxValue));
        bool isKnown = (chunk[9], chunk[8]) is (0, 1 or 2 or 4 or 8 or 16) or (3, 1 or 2 or 4 or 8) or (2 or 4 or 6, 8 or 16);
        if (!isKnown || chunk[10] != 0 || chunk[11] != 0 || chunk[12] > 1)
        {
            throw new InvalidDataException(
                $"the header declares colour type {chunk[9]}, {chunk[8]} bits, compression {chunk[10]}, filter {chunk[11]}, " +
                $"interlacing {chunk[12]}, which PNG doesn't have");
        }

        return new PngHeader((int)width, (int)height, chunk[8], chunk[9], chunk[12] == 1);
    }

    /// <summary>A sample as it is stored; of 16 bits the upper 8.</summary>
    public int Sample(ReadOnlySpan<byte> row, int index) => Depth switch
    {
        8 => row[index],
        16 => row[2 * index],
        _ => (row[index * Depth / 8] >> (8 - Depth - (index * Depth % 8))) & ((1 << Depth) - 1),
    };

    /// <summary>A sample stretched to 0..255.</summary>
    public byte ScaledSample(ReadOnlySpan<byte> row, int index) =>
        (byte)(Depth >= 8 ? Sample(row, index) : Sample(row, index) * 255 / ((1 << Depth) - 1));
}

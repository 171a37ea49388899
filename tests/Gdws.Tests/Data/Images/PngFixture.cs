using System.Buffers.Binary;
using Gdws.Data.Images.Png;

namespace Gdws.Tests.Data.Images;

/// <summary>Writes PNG images, interlaced or not, without filters.</summary>
internal static class PngFixture
{
    private static readonly (int X, int Y, int StepX, int StepY)[] Adam7 =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <summary>An image whose pixels are given as the bytes of their samples.</summary>
    public static byte[] Write(int width, int height, byte colorType, byte depth, bool interlaced, Func<int, int, byte[]> pixel)
    {
        List<byte> raw = [];
        foreach ((int firstX, int firstY, int stepX, int stepY) in interlaced ? Adam7 : [(0, 0, 1, 1)])
        {
            for (int y = firstY; y < height && firstX < width; y += stepY)
            {
                raw.Add(0);
                for (int x = firstX; x < width; x += stepX)
                    raw.AddRange(pixel(x, y));
            }
        }

        return Assemble(width, height, colorType, depth, interlaced, Fixtures.ZLib([.. raw]));
    }

    /// <summary>An image of which the compressed data is given.</summary>
    public static byte[] Assemble(int width, int height, byte colorType, byte depth, bool interlaced, byte[] compressed)
    {
        byte interlacing = (byte)(interlaced ? 1 : 0);
        byte[] header = [.. Fixtures.Integer((uint)width, true), .. Fixtures.Integer((uint)height, true), depth, colorType, 0, 0, interlacing];
        return [.. PngDecoder.Signature, .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, compressed), .. Chunk("IEND"u8, [])];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> type, byte[] content)
    {
        byte[] typed = [.. type, .. content];
        byte[] checksum = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(checksum, Crc32.Of(typed));
        return [.. Fixtures.Integer((uint)content.Length, true), .. typed, .. checksum];
    }
}

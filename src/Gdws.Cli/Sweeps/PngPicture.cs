using System.Buffers.Binary;
using System.IO.Compression;

namespace Gdws.Cli.Sweeps;

/// <summary>Writes small pictures as PNG files, 8 bits a channel (ISO/IEC 15948).</summary>
internal static class PngPicture
{
    /// <summary>Larger pictures are shrunk: a report has many of them, and noise doesn't compress.</summary>
    private const int LargestSide = 112;

    /// <summary>Encodes an image.</summary>
    /// <param name="pixels"><c>[C, H, W]</c>, C is 1 (grey) or 3; values outside [0,1] are cut off.</param>
    /// <param name="channels">C.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    public static byte[] Encode(ReadOnlySpan<float> pixels, int channels, int height, int width)
    {
        if (channels is not (1 or 3))
            throw new ArgumentOutOfRangeException(nameof(channels), channels, "expected 1 or 3");
        int factor = (Math.Max(height, width) + LargestSide - 1) / LargestSide;
        (int rows, int columns) = (Math.Max(1, height / factor), Math.Max(1, width / factor));
        byte[] lines = new byte[rows * (1 + (columns * channels))];
        int position = 0;
        for (int y = 0; y < rows; y++)
        {
            // The filter of the line: none.
            lines[position++] = 0;
            for (int x = 0; x < columns; x++)
            {
                for (int c = 0; c < channels; c++)
                    lines[position++] = (byte)Math.Round(255 * Math.Clamp(Mean(pixels[(c * height * width)..], width, y, x, factor), 0, 1));
            }
        }

        using MemoryStream file = new();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, columns);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), rows);
        header[8] = 8;
        header[9] = (byte)(channels == 3 ? 2 : 0);
        WriteChunk(file, "IHDR"u8, header);
        WriteChunk(file, "IDAT"u8, Compressed(lines));
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static float Mean(ReadOnlySpan<float> plane, int width, int y, int x, int factor)
    {
        float sum = 0;
        for (int dy = 0; dy < factor; dy++)
        {
            for (int dx = 0; dx < factor; dx++)
                sum += plane[(((y * factor) + dy) * width) + (x * factor) + dx];
        }

        return sum / (factor * factor);
    }

    private static byte[] Compressed(byte[] lines)
    {
        using MemoryStream compressed = new();
        using (ZLibStream stream = new(compressed, CompressionLevel.SmallestSize))
            stream.Write(lines);
        return compressed.ToArray();
    }

    private static void WriteChunk(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        byte[] chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        type.CopyTo(chunk.AsSpan(4));
        data.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc32(chunk.AsSpan(4, 4 + data.Length)));
        file.Write(chunk);
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ (0xEDB88320 & (uint)-(int)(crc & 1));
        }

        return ~crc;
    }
}

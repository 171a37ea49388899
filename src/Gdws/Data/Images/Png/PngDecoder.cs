using System.Buffers.Binary;
using System.IO.Compression;

namespace Gdws.Data.Images.Png;

/// <summary>
/// Decodes PNG images (ISO/IEC 15948) of every colour type, depth and interlacing to 8 bits a channel: of 16 bits the upper 8 are taken,
/// transparency is ignored, as <c>convert("RGB")</c> does in Pillow.
/// </summary>
internal sealed class PngDecoder(byte[] data)
{
    // Deflate can't make more of a byte than this, so a larger image can't be in so few.
    private const long MaximumExpansion = 1032;

    private static readonly (int X, int Y, int StepX, int StepY)[] Interlaced =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    private readonly List<byte> _compressed = [];
    private PngHeader? _header;
    private byte[] _palette = [];

    /// <summary>The first eight bytes of every PNG file.</summary>
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a];

    /// <summary>Decodes the image.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public RgbImage Decode()
    {
        ReadChunks();
        PngHeader header = _header ?? throw new InvalidDataException("it has no header chunk: the file is truncated");
        if (header.IsPalette && _palette.Length == 0)
            throw new InvalidDataException("its palette is missing");
        if (header.RawLength > (_compressed.Count + 16) * MaximumExpansion)
        {
            throw new InvalidDataException(
                $"the header declares {header.Width}×{header.Height} pixels, which can't be in {_compressed.Count} bytes");
        }

        byte[] pixels = new byte[3L * header.Width * header.Height];
        using ZLibStream inflated = new(new MemoryStream([.. _compressed]), CompressionMode.Decompress);
        if (header.IsInterlaced)
        {
            foreach ((int x, int y, int stepX, int stepY) in Interlaced)
                ReadPass(header, inflated, (x, y, stepX, stepY), pixels);
        }
        else
            ReadPass(header, inflated, (0, 0, 1, 1), pixels);
        return new RgbImage(header.Width, header.Height, pixels);
    }

    private void ReadChunks()
    {
        int position = Signature.Length;
        bool isEnded = false;
        while (!isEnded)
        {
            if (data.Length - position < 12)
                throw new InvalidDataException("it ended before its last chunk: the file is truncated");
            uint length = BinaryPrimitives.ReadUInt32BigEndian(data.AsSpan(position));
            if (length > data.Length - position - 12)
            {
                throw new InvalidDataException(
                    $"a chunk at byte {position} declares {length} bytes, but {data.Length - position - 12} are left: the file is " +
                    "truncated or damaged");
            }

            ReadOnlySpan<byte> typed = data.AsSpan(position + 4, (int)length + 4);
            bool isCritical = (typed[0] & 0x20) == 0;
            if (isCritical && Crc32.Of(typed) != BinaryPrimitives.ReadUInt32BigEndian(data.AsSpan(position + 8 + (int)length)))
                throw new InvalidDataException($"the checksum of a chunk at byte {position} is wrong: the file is damaged");
            isEnded = typed.StartsWith("IEND"u8);
            ReadChunk(typed[..4], typed[4..]);
            position += (int)length + 12;
        }
    }

    private void ReadChunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        if (_header is null)
            _header = type.SequenceEqual("IHDR"u8) ? PngHeader.Read(content) : throw new InvalidDataException("its first chunk isn't the header");
        else if (type.SequenceEqual("PLTE"u8))
        {
            bool isWhole = content.Length % 3 == 0 && content.Length <= 3 * 256;
            _palette = isWhole ? content.ToArray() : throw new InvalidDataException("its palette is damaged");
        }
        else if (type.SequenceEqual("IDAT"u8))
            _compressed.AddRange(content);
    }

    private void ReadPass(PngHeader header, Stream inflated, (int X, int Y, int StepX, int StepY) pass, byte[] pixels)
    {
        int width = (header.Width - pass.X + pass.StepX - 1) / pass.StepX;
        int height = (header.Height - pass.Y + pass.StepY - 1) / pass.StepY;
        if (width <= 0 || height <= 0)
            return;

        byte[] row = new byte[1 + header.RowLength(width)];
        byte[] previous = new byte[row.Length];
        for (int y = 0; y < height; y++)
        {
            if (inflated.ReadAtLeast(row, row.Length, throwOnEndOfStream: false) < row.Length)
                throw new InvalidDataException("it ended in the middle of the image: the file is truncated");
            RowFilter.Undo(row[0], row.AsSpan(1), previous.AsSpan(1), header.FilterDistance);
            Span<byte> target = pixels.AsSpan(3 * (pass.Y + (y * pass.StepY)) * header.Width, 3 * header.Width);
            for (int x = 0; x < width; x++)
                WritePixel(header, row.AsSpan(1), x, target.Slice(3 * (pass.X + (x * pass.StepX)), 3));
            (row, previous) = (previous, row);
        }
    }

    private void WritePixel(PngHeader header, ReadOnlySpan<byte> row, int x, Span<byte> target)
    {
        int first = x * header.Channels;
        if (header.IsPalette)
        {
            int entry = 3 * header.Sample(row, first);
            if (entry >= _palette.Length)
                throw new InvalidDataException($"a pixel has the colour {entry / 3} of a palette of {_palette.Length / 3}");
            _palette.AsSpan(entry, 3).CopyTo(target);
        }
        else if (header.IsGrey)
            target.Fill(header.ScaledSample(row, first));
        else
        {
            for (int channel = 0; channel < 3; channel++)
                target[channel] = header.ScaledSample(row, first + channel);
        }
    }
}

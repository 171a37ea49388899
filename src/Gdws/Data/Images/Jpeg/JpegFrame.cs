namespace Gdws.Data.Images.Jpeg;

/// <summary>The frame header of a JPEG image (SOF0, SOF1 or SOF2): its size, its components and how they interleave.</summary>
internal sealed class JpegFrame
{
    /// <summary>Reads and checks a frame header.</summary>
    /// <param name="segment">The segment behind its length.</param>
    /// <param name="isProgressive">Whether coefficients come in several scans.</param>
    /// <param name="fileLength">Bytes of the whole file: a block takes at least one bit, so a short file can't be a large image.</param>
    public JpegFrame(ReadOnlySpan<byte> segment, bool isProgressive, int fileLength)
    {
        IsProgressive = isProgressive;
        if (segment.Length < 6 || segment.Length < 6 + (3 * segment[5]))
            throw new InvalidDataException("the frame header is truncated");
        if (segment[0] != 8)
            throw new InvalidDataException($"it has {segment[0]} bits a sample; only 8 are supported");

        Height = (segment[1] << 8) | segment[2];
        Width = (segment[3] << 8) | segment[4];
        ImageDecoder.CheckSize(Width, Height);
        int count = segment[5];
        if (count is not (1 or 3 or 4))
            throw new InvalidDataException($"it has {count} components; only 1 (grey), 3 (colour) and 4 (CMYK) are supported");

        (int Horizontal, int Vertical)[] sampling = new (int, int)[count];
        for (int i = 0; i < count; i++)
        {
            byte packed = segment[7 + (3 * i)];
            sampling[i] = (packed >> 4, packed & 15);
            if (sampling[i].Horizontal is < 1 or > 4 || sampling[i].Vertical is < 1 or > 4 || segment[8 + (3 * i)] > 3)
            {
                throw new InvalidDataException(
                    $"component {i} has the sampling {packed >> 4}×{packed & 15} and quantization table {segment[8 + (3 * i)]}; " +
                    "expected 1 to 4 and 0 to 3");
            }
        }

        MaximumSampling = (sampling.Max(value => value.Horizontal), sampling.Max(value => value.Vertical));
        UnitsPerRow = DivideUp(Width, 8 * MaximumSampling.Horizontal);
        UnitRows = DivideUp(Height, 8 * MaximumSampling.Vertical);
        long blocks = (long)UnitsPerRow * UnitRows * sampling.Sum(value => value.Horizontal * value.Vertical);
        if (blocks > 8L * fileLength)
            throw new InvalidDataException($"the header declares {Width}×{Height} pixels, which can't be in {fileLength} bytes");

        Components = new JpegComponent[count];
        for (int i = 0; i < count; i++)
            Components[i] = new JpegComponent(segment[6 + (3 * i)], sampling[i], segment[8 + (3 * i)], this);
    }

    public bool IsProgressive { get; }

    public int Width { get; }

    public int Height { get; }

    public (int Horizontal, int Vertical) MaximumSampling { get; }

    /// <summary>Units (MCUs) in a row of an interleaved scan.</summary>
    public int UnitsPerRow { get; }

    /// <summary>Rows of units of an interleaved scan.</summary>
    public int UnitRows { get; }

    public JpegComponent[] Components { get; }

    private static int DivideUp(int value, int divisor) => (value + divisor - 1) / divisor;
}

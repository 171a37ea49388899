namespace Gdws.Data.Images.Jpeg;

/// <summary>One component (say, the brightness) of a JPEG image: its sampling and its coefficients, 64 for each 8×8 block.</summary>
internal sealed class JpegComponent
{
    private readonly short[] _coefficients;

    public JpegComponent(byte id, (int Horizontal, int Vertical) sampling, int quantization, JpegFrame frame)
    {
        (Id, Sampling, Quantization) = (id, sampling, quantization);
        Width = DivideUp(frame.Width * sampling.Horizontal, frame.MaximumSampling.Horizontal);
        Height = DivideUp(frame.Height * sampling.Vertical, frame.MaximumSampling.Vertical);
        BlocksPerRow = frame.UnitsPerRow * sampling.Horizontal;
        BlockRows = frame.UnitRows * sampling.Vertical;
        _coefficients = new short[64L * BlocksPerRow * BlockRows];
    }

    /// <summary>The name that scans use.</summary>
    public byte Id { get; }

    /// <summary>Blocks in each unit (MCU).</summary>
    public (int Horizontal, int Vertical) Sampling { get; }

    /// <summary>Which quantization table belongs to it.</summary>
    public int Quantization { get; }

    /// <summary>Samples in a row that belong to the image.</summary>
    public int Width { get; }

    /// <summary>Rows of samples that belong to the image.</summary>
    public int Height { get; }

    /// <summary>Blocks in a row, padded to whole units.</summary>
    public int BlocksPerRow { get; }

    /// <summary>Rows of blocks, padded to whole units.</summary>
    public int BlockRows { get; }

    /// <summary>Whether any scan has told its average colours.</summary>
    public bool IsScanned { get; set; }

    /// <summary>The running prediction of the first coefficient.</summary>
    public int Prediction { get; set; }

    /// <summary>The coefficients of a block, in natural order (rows of 8).</summary>
    public Span<short> Block(int row, int column) => _coefficients.AsSpan(64 * ((row * BlocksPerRow) + column), 64);

    private static int DivideUp(int value, int divisor) => (value + divisor - 1) / divisor;
}

namespace Gdws.Data.Images.Jpeg;

/// <summary>A scan: entropy-coded coefficients of one or more components (ITU-T T.81, annexes F and G).</summary>
/// <remarks>
/// Damage inside the data is treated as libjpeg treats it, since data sets do hold slightly damaged images that everybody else evaluates:
/// where a marker comes too early, the rest is left at zero up to the next restart. The end of the file in the middle of a scan is an error.
/// </remarks>
internal sealed class JpegScan
{
    private readonly JpegFrame _frame;
    private readonly (JpegComponent Component, HuffmanTable? Dc, HuffmanTable? Ac)[] _parts;
    private readonly JpegBitReader _bits;
    private readonly int _restartInterval;
    private readonly BlockReader _blocks;

    public JpegScan(
        JpegFrame frame,
        (JpegComponent Component, HuffmanTable? Dc, HuffmanTable? Ac)[] parts,
        BlockReader blocks,
        JpegBitReader bits,
        int restartInterval)
    {
        (_frame, _parts, _blocks, _bits, _restartInterval) = (frame, parts, blocks, bits, restartInterval);
    }

    /// <summary>Reads the scan.</summary>
    public void Read()
    {
        // A scan of one component holds just the blocks of the image, not the padding to whole units.
        bool isInterleaved = _parts.Length > 1;
        JpegComponent first = _parts[0].Component;
        int rows = isInterleaved ? _frame.UnitRows : (first.Height + 7) / 8;
        int columns = isInterleaved ? _frame.UnitsPerRow : (first.Width + 7) / 8;

        Restart();
        int untilRestart = _restartInterval;
        bool isLost = false;
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                if (_restartInterval > 0 && untilRestart-- == 0)
                {
                    isLost = !_bits.TryRestart();
                    Restart();
                    untilRestart = _restartInterval - 1;
                }

                if (isLost)
                    continue;
                if (isInterleaved)
                    ReadUnit(row, column);
                else
                    _blocks.Read(_bits, first, _parts[0].Dc, _parts[0].Ac, first.Block(row, column));
                isLost = _bits.IsExhausted;
            }
        }
    }

    private void ReadUnit(int row, int column)
    {
        foreach ((JpegComponent component, HuffmanTable? dc, HuffmanTable? ac) in _parts)
        {
            (int horizontal, int vertical) = component.Sampling;
            for (int y = 0; y < vertical; y++)
            {
                for (int x = 0; x < horizontal; x++)
                    _blocks.Read(_bits, component, dc, ac, component.Block((row * vertical) + y, (column * horizontal) + x));
            }
        }
    }

    private void Restart()
    {
        _blocks.Restart();
        foreach ((JpegComponent component, _, _) in _parts)
            component.Prediction = 0;
    }
}

namespace Gdws.Data.Images.Jpeg;

/// <summary>Reads the coefficients of blocks in a scan; the kinds of scan differ only here.</summary>
/// <param name="start">The first coefficient of the scan, in zigzag order.</param>
/// <param name="end">The last one, at most 63.</param>
/// <param name="high">The bit position of the previous scan, 0 in a first one.</param>
/// <param name="low">The bit position of this scan.</param>
/// <param name="isProgressive">Whether the scan is one of a progressive image.</param>
internal sealed class BlockReader(int start, int end, int high, int low, bool isProgressive)
{
    private int _emptyBlocks;

    /// <summary>Forgets a run of empty blocks.</summary>
    public void Restart() => _emptyBlocks = 0;

    /// <summary>Reads what the scan tells of a block.</summary>
    public void Read(JpegBitReader bits, JpegComponent component, HuffmanTable? dc, HuffmanTable? ac, Span<short> block)
    {
        if (!isProgressive)
            ReadWhole(bits, component, dc!, ac!, block);
        else if (start == 0)
            ReadAverage(bits, component, dc, block);
        else if (high == 0)
            ReadFirst(bits, ac!, block);
        else
            Refine(bits, ac!, block);
    }

    private static void ReadWhole(JpegBitReader bits, JpegComponent component, HuffmanTable dc, HuffmanTable ac, Span<short> block)
    {
        component.Prediction += bits.ReadSigned(dc.Read(bits) & 15);
        block[0] = (short)component.Prediction;
        for (int i = 1; i < 64; i++)
        {
            int symbol = ac.Read(bits);
            int size = symbol & 15;
            int zeros = symbol >> 4;
            if (size == 0)
            {
                if (zeros != 15)
                    return;
                i += 15;
                continue;
            }

            i += zeros;
            int value = bits.ReadSigned(size);
            if (i < 64)
                block[ZigZag.NaturalOrder[i]] = (short)value;
        }
    }

    private void ReadAverage(JpegBitReader bits, JpegComponent component, HuffmanTable? dc, Span<short> block)
    {
        if (high != 0)
        {
            block[0] |= (short)(bits.Read(1) << low);
            return;
        }

        component.Prediction += bits.ReadSigned(dc!.Read(bits) & 15);
        block[0] = (short)(component.Prediction << low);
    }

    private void ReadFirst(JpegBitReader bits, HuffmanTable ac, Span<short> block)
    {
        if (_emptyBlocks > 0)
        {
            _emptyBlocks--;
            return;
        }

        for (int i = start; i <= end; i++)
        {
            int symbol = ac.Read(bits);
            int size = symbol & 15;
            int zeros = symbol >> 4;
            if (size == 0 && zeros != 15)
            {
                _emptyBlocks = (1 << zeros) + bits.Read(zeros) - 1;
                return;
            }

            i += zeros;
            if (size == 0)
                continue;
            int value = bits.ReadSigned(size);
            if (i <= end)
                block[ZigZag.NaturalOrder[i]] = (short)(value << low);
        }
    }

    /// <summary>Adds one bit to every coefficient that is already there, and tells which others begin to be.</summary>
    private void Refine(JpegBitReader bits, HuffmanTable ac, Span<short> block)
    {
        int i = start;
        while (i <= end && _emptyBlocks == 0)
        {
            int symbol = ac.Read(bits);
            int zeros = symbol >> 4;
            int value = 0;
            if ((symbol & 15) != 0)
                value = bits.Read(1) != 0 ? 1 << low : -1 << low;
            else if (zeros != 15)
            {
                _emptyBlocks = (1 << zeros) + bits.Read(zeros);
                break;
            }

            i = SkipZeros(bits, block, i, zeros);
            if (value != 0 && i <= end)
                block[ZigZag.NaturalOrder[i]] = (short)value;
            i++;
        }

        if (_emptyBlocks > 0)
        {
            SkipZeros(bits, block, i, zeros: 64);
            _emptyBlocks--;
        }
    }

    /// <summary>Refines what is there on the way to the place behind so many zeros.</summary>
    private int SkipZeros(JpegBitReader bits, Span<short> block, int i, int zeros)
    {
        for (; i <= end; i++)
        {
            ref short coefficient = ref block[ZigZag.NaturalOrder[i]];
            if (coefficient == 0)
            {
                if (zeros-- == 0)
                    break;
            }
            else if (bits.Read(1) != 0 && (coefficient & (1 << low)) == 0)
                coefficient += (short)(coefficient > 0 ? 1 << low : -1 << low);
        }

        return i;
    }
}

namespace Gdws.Data.Images.Jpeg;

/// <summary>A canonical Huffman code of a JPEG image (ITU-T T.81, annex C): codes of 1 to 16 bits, shorter ones first.</summary>
internal sealed class HuffmanTable
{
    public const int LookAheadBits = 9;

    private readonly byte[] _symbols;
    private readonly int[] _endCode = new int[17];
    private readonly int[] _symbolOffset = new int[17];

    // For every 9-bit window: length << 8 | symbol, 0 where the code is longer.
    private readonly ushort[] _lookAhead = new ushort[1 << LookAheadBits];

    /// <summary>Builds the code.</summary>
    /// <param name="counts">How many codes there are of 1, 2, … 16 bits.</param>
    /// <param name="symbols">Their symbols in order.</param>
    /// <exception cref="InvalidDataException">There are more codes of a length than bits can tell apart.</exception>
    public HuffmanTable(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
    {
        _symbols = symbols.ToArray();
        int code = 0;
        int symbol = 0;
        for (int length = 1; length <= 16; length++)
        {
            int count = counts[length - 1];
            if (code + count > 1 << length)
                throw new InvalidDataException($"a Huffman table has too many codes of {length} bits");

            _symbolOffset[length] = symbol - code;
            for (int i = 0; i < count && length <= LookAheadBits; i++)
            {
                int unused = LookAheadBits - length;
                _lookAhead.AsSpan((code + i) << unused, 1 << unused).Fill((ushort)((length << 8) | _symbols[symbol + i]));
            }

            code += count;
            symbol += count;
            _endCode[length] = code;
            code <<= 1;
        }
    }

    /// <summary>Reads one symbol. A code that isn't in the table counts as symbol 0, as in libjpeg.</summary>
    public int Read(JpegBitReader bits)
    {
        int window = bits.Peek(16);
        int found = _lookAhead[window >> (16 - LookAheadBits)];
        if (found != 0)
        {
            bits.Skip(found >> 8);
            return found & 0xff;
        }

        for (int length = LookAheadBits + 1; length <= 16; length++)
        {
            int code = window >> (16 - length);
            if (code < _endCode[length])
            {
                bits.Skip(length);
                int index = code + _symbolOffset[length];
                return index >= 0 ? _symbols[index] : 0;
            }
        }

        bits.Skip(16);
        return 0;
    }
}

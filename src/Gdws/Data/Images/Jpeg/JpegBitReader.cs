namespace Gdws.Data.Images.Jpeg;

/// <summary>
/// Reads the bits of entropy-coded data, in which <c>FF 00</c> stands for <c>FF</c> and any other <c>FF xx</c> is a marker that ends it.
/// Behind a marker zeros are read, as in libjpeg; behind the end of the file nothing is.
/// </summary>
internal sealed class JpegBitReader(byte[] data, int position)
{
    private ulong _bits;
    private int _count;
    private int _invented;

    /// <summary>The next byte that hasn't been taken; at a marker, its <c>FF</c>.</summary>
    public int Position { get; private set; } = position;

    /// <summary>Whether bits were used that aren't in the file.</summary>
    public bool IsExhausted => _count < _invented;

    /// <summary>Whether the file ended where a restart marker should be.</summary>
    public bool IsTruncated { get; private set; }

    /// <summary>The next bits, without taking them.</summary>
    /// <param name="count">1 to 16.</param>
    public int Peek(int count)
    {
        if (_count < count)
            Fill();
        return (int)(_bits >> (_count - count)) & ((1 << count) - 1);
    }

    public void Skip(int count) => _count -= count;

    public int Read(int count)
    {
        if (count == 0)
            return 0;
        int value = Peek(count);
        _count -= count;
        return value;
    }

    /// <summary>A signed value of so many bits (ITU-T T.81, EXTEND).</summary>
    public int ReadSigned(int count)
    {
        if (count == 0)
            return 0;
        int value = Read(count);
        return value < 1 << (count - 1) ? value - (1 << count) + 1 : value;
    }

    /// <summary>Drops the bits that are left and takes a restart marker, if that is what follows.</summary>
    public bool TryRestart()
    {
        _count = 0;
        _invented = 0;
        _bits = 0;
        int next = Position;
        while (next + 1 < data.Length && !(data[next] == 0xff && data[next + 1] is not 0x00 and not 0xff))
            next++;
        IsTruncated |= next + 1 >= data.Length;
        if (IsTruncated || data[next + 1] is < 0xd0 or > 0xd7)
            return false;
        Position = next + 2;
        return true;
    }

    private void Fill()
    {
        while (_count <= 48)
        {
            int value = 0;
            if (Position >= data.Length)
                _invented += 8;
            else if (data[Position] != 0xff)
                value = data[Position++];
            else if (Position + 1 < data.Length && data[Position + 1] == 0x00)
            {
                value = 0xff;
                Position += 2;
            }
            else
                _invented += 8;

            _bits = (_bits << 8) | (uint)value;
            _count += 8;
        }
    }
}

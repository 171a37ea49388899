using System.Buffers.Binary;
using System.Text;

namespace Gdws.Checkpoints.Pickle;

/// <summary>
/// Reads the primitive items of a pickle from a seekable stream, a block at a time. Every length that the pickle declares is held
/// against the bytes that are really left before anything is allocated.
/// </summary>
internal sealed class PickleReader(Stream stream, string file)
{
    /// <summary>The longest text kept. Longer runs of bytes are arrays that a state dict has no use for.</summary>
    private const int MaximumTextLength = 1 << 20;

    private static readonly UTF8Encoding s_strictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly byte[] _block = new byte[1 << 16];
    private readonly byte[] _item = new byte[8];
    private long _blockStart = stream.Position;
    private int _blockLength;
    private int _next;

    public string File => file;

    /// <summary>The offset in the stream of the byte that comes next.</summary>
    public long Position => _blockStart + _next;

    public long Remaining => stream.Length - Position;

    public byte ReadByte()
    {
        if (_next == _blockLength)
            Refill();
        return _block[_next++];
    }

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(ReadItem(2));

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(ReadItem(4));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(ReadItem(4));

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(ReadItem(8));

    public double ReadBigEndianDouble() => BinaryPrimitives.ReadDoubleBigEndian(ReadItem(8));

    public byte[] ReadBytes(long length)
    {
        RequireRemaining(length);
        if (length > MaximumTextLength)
            throw Invalid($"holds an item of {length:N0} bytes, expected at most {MaximumTextLength:N0}");

        byte[] bytes = new byte[length];
        for (int i = 0; i < bytes.Length;)
        {
            if (_next == _blockLength)
                Refill();
            int count = Math.Min(bytes.Length - i, _blockLength - _next);
            _block.AsSpan(_next, count).CopyTo(bytes.AsSpan(i));
            _next += count;
            i += count;
        }

        return bytes;
    }

    /// <summary>Text in UTF-8.</summary>
    public string ReadText(ulong length)
    {
        byte[] bytes = ReadBytes(ToLength(length));
        try
        {
            return s_strictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidFileException(file, $"text before offset {Position:N0} isn't UTF-8", exception);
        }
    }

    /// <summary>A Python-2 string: text, or an array's bytes, which are skipped.</summary>
    public object ReadByteString(long length) =>
        length > MaximumTextLength ? SkipBytes((ulong)length) : Encoding.Latin1.GetString(ReadBytes(length));

    /// <summary>Bytes that nothing in a state dict needs.</summary>
    public PickleBytes SkipBytes(ulong length)
    {
        long count = ToLength(length);
        RequireRemaining(count);
        long start = Position;
        long target = start + count;
        if (target <= _blockStart + _blockLength)
        {
            _next = (int)(target - _blockStart);
        }
        else
        {
            _blockStart = target;
            _blockLength = _next = 0;
        }

        return new PickleBytes(count, start);
    }

    /// <summary>The characters up to the next line feed, without it.</summary>
    public string ReadLine()
    {
        StringBuilder line = new();
        for (byte next = ReadByte(); next != '\n'; next = ReadByte())
        {
            if (line.Length == MaximumTextLength)
                throw Invalid($"holds a line longer than {MaximumTextLength:N0} bytes");
            line.Append((char)next);
        }

        return line.ToString();
    }

    public InvalidFileException Invalid(string problem) => new(file, $"{problem} (at offset {Position:N0} of the pickle)");

    private ReadOnlySpan<byte> ReadItem(int length)
    {
        for (int i = 0; i < length; i++)
            _item[i] = ReadByte();
        return _item.AsSpan(0, length);
    }

    private long ToLength(ulong length) =>
        length <= long.MaxValue ? (long)length : throw Invalid($"declares an item of {length:N0} bytes");

    private void RequireRemaining(long length)
    {
        if (length < 0 || length > Remaining)
            throw Invalid($"is truncated or damaged: declares an item of {length:N0} bytes where {Remaining:N0} are left");
    }

    private void Refill()
    {
        _blockStart += _blockLength;
        _next = 0;
        stream.Position = _blockStart;
        _blockLength = stream.Read(_block);
        if (_blockLength == 0)
            throw Invalid("is truncated: the pickle has no end");
    }
}

using System.Buffers.Binary;
using System.Text;

namespace Gdws.Tests.Checkpoints.Fixtures;

/// <summary>Writes pickles instruction by instruction (protocol 2, strings as Python 2 or 3 writes them).</summary>
internal sealed class PickleWriter
{
    private readonly List<byte> _bytes = [];

    public PickleWriter() => Raw(0x80, 2);

    /// <summary>Whether strings are written as Python 2 does.</summary>
    public bool Python2 { get; init; }

    public static byte[] Of(Action<PickleWriter> write, bool python2 = false)
    {
        PickleWriter writer = new() { Python2 = python2 };
        write(writer);
        return writer.Raw('.').ToArray();
    }

    public byte[] ToArray() => [.. _bytes];

    public PickleWriter Raw(params ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public PickleWriter Raw(char opcode) => Raw((byte)opcode);

    public PickleWriter Ascii(string text) => Raw(Encoding.Latin1.GetBytes(text));

    public PickleWriter Text(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        if (Python2)
            return Raw('U').Raw((byte)utf8.Length).Raw(utf8);

        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, utf8.Length);
        return Raw('X').Raw(length).Raw(utf8);
    }

    public PickleWriter Integer(long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return Raw(0x8a, 8).Raw(bytes);
    }

    public PickleWriter Global(string module, string name) => Ascii($"c{module}\n{name}\n");

    public PickleWriter None() => Raw('N');

    public PickleWriter Tuple(params Action<PickleWriter>[] items) => Marked('(', 't', items);

    public PickleWriter List(params Action<PickleWriter>[] items) => Raw(']').Marked('(', 'e', items);

    public PickleWriter Integers(params long[] values) => Tuple([.. values.Select(v => (Action<PickleWriter>)(w => w.Integer(v)))]);

    public PickleWriter Dictionary(params (string Key, Action<PickleWriter> Value)[] entries) => Raw('}').SetItems(entries);

    public PickleWriter OrderedDictionary(params (string Key, Action<PickleWriter> Value)[] entries) =>
        Global("collections", "OrderedDict").Raw(')').Raw('R').SetItems(entries);

    public PickleWriter Call(string module, string name, params Action<PickleWriter>[] arguments) =>
        Global(module, name).Tuple(arguments).Raw('R');

    /// <summary>A reference to a storage; <paramref name="view"/> (start, count) makes the legacy form with six items.</summary>
    public PickleWriter Storage(string storageClass, string key, long count, bool legacy = false, (long Start, long Count)? view = null)
    {
        List<Action<PickleWriter>> items =
            [w => w.Text("storage"), w => w.Global("torch", storageClass), w => w.Text(key), w => w.Text("cpu"), w => w.Integer(count)];
        if (view is { } part)
            items.Add(w => w.Tuple(v => v.Text("view"), v => v.Integer(part.Start), v => v.Integer(part.Count)));
        else if (legacy)
            items.Add(w => w.None());
        return Tuple([.. items]).Raw('Q');
    }

    private PickleWriter SetItems((string Key, Action<PickleWriter> Value)[] entries) =>
        Marked('(', 'u', [.. entries.Select(e => (Action<PickleWriter>)(w => e.Value(w.Text(e.Key))))]);

    private PickleWriter Marked(char start, char end, Action<PickleWriter>[] items)
    {
        Raw(start);
        foreach (Action<PickleWriter> item in items)
            item(this);
        return Raw(end);
    }
}

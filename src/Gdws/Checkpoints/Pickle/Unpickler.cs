using System.Globalization;
using System.Numerics;

namespace Gdws.Checkpoints.Pickle;

/// <summary>
/// Reads Python pickles (protocols 0 to 5) as plain data. It never resolves, imports or runs anything: classes are looked up in an
/// allow-list of <see cref="IPickleRules"/> and stand-ins are made for their objects; whatever isn't in the list is refused by name.
/// </summary>
/// <remarks>
/// None becomes <see langword="null"/>, integers <see cref="long"/> or <see cref="BigInteger"/>, floats <see cref="double"/>, both kinds of
/// strings <see cref="string"/>, bytes <see cref="PickleBytes"/>, tuples <c>object?[]</c>, lists and sets <c>List&lt;object?&gt;</c>, dictionaries
/// <see cref="PickleDict"/>. The machine has no recursion, so nesting can't exhaust the stack. The opcodes are those of Python's <c>pickletools</c>.
/// </remarks>
internal sealed class Unpickler
{
    /// <summary>The most instructions a pickle may have (a network of 1,000 tensors takes 30,000), which bounds memory and time.</summary>
    public const int MaximumInstructions = 4_000_000;

    private readonly PickleReader _reader;
    private readonly IPickleRules _rules;
    private readonly PickleStack _stack;
    private long _work;

    private Unpickler(PickleReader reader, IPickleRules rules)
    {
        _reader = reader;
        _rules = rules;
        _stack = new PickleStack(reader, MaximumInstructions);
    }

    /// <summary>Reads one pickle; the reader then stands behind it.</summary>
    /// <param name="reader">Stands at the pickle's first byte.</param>
    /// <param name="rules">The allow-list.</param>
    /// <exception cref="InvalidFileException">The pickle is truncated or damaged, or names something that isn't allowed.</exception>
    public static object? Load(PickleReader reader, IPickleRules rules) => new Unpickler(reader, rules).Run();

    private object? Run()
    {
        while (true)
        {
            _work++;
            RequireWork();
            byte opcode = _reader.ReadByte();
            if (opcode == '.')
                return _stack.Pop();
            if (!PushLiteral(opcode) && !Combine(opcode) && !Construct(opcode) && !Remember(opcode))
                throw _reader.Invalid($"is damaged: unknown instruction 0x{opcode:x2}");
        }
    }

    private bool PushLiteral(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'N': _stack.Push(null); break;
            case 0x88: _stack.Push(true); break;
            case 0x89: _stack.Push(false); break;
            case (byte)'J': _stack.Push((long)_reader.ReadInt32()); break;
            case (byte)'K': _stack.Push((long)_reader.ReadByte()); break;
            case (byte)'M': _stack.Push((long)_reader.ReadUInt16()); break;
            case 0x8a: _stack.Push(Shrink(new BigInteger(_reader.ReadBytes(_reader.ReadByte())))); break;
            case 0x8b: _stack.Push(Shrink(new BigInteger(_reader.ReadBytes(_reader.ReadInt32())))); break;
            case (byte)'I': _stack.Push(ParseInteger(_reader.ReadLine(), allowTruth: true)); break;
            case (byte)'L': _stack.Push(ParseInteger(_reader.ReadLine().TrimEnd('L'), allowTruth: false)); break;
            case (byte)'G': _stack.Push(_reader.ReadBigEndianDouble()); break;
            case (byte)'F': _stack.Push(ParseFloat(_reader.ReadLine())); break;
            case (byte)'X': _stack.Push(_reader.ReadText(_reader.ReadUInt32())); break;
            case 0x8c: _stack.Push(_reader.ReadText(_reader.ReadByte())); break;
            case 0x8d: _stack.Push(_reader.ReadText(_reader.ReadUInt64())); break;
            case (byte)'V': _stack.Push(PickleText.DecodeUnicode(_reader.ReadLine())); break;
            case (byte)'S': _stack.Push(PickleText.DecodeQuoted(_reader.ReadLine(), _reader)); break;
            case (byte)'T': _stack.Push(_reader.ReadByteString(_reader.ReadInt32())); break;
            case (byte)'U': _stack.Push(_reader.ReadByteString(_reader.ReadByte())); break;
            case (byte)'B': _stack.Push(_reader.SkipBytes(_reader.ReadUInt32())); break;
            case (byte)'C': _stack.Push(_reader.SkipBytes(_reader.ReadByte())); break;
            case 0x8e or 0x96: _stack.Push(_reader.SkipBytes(_reader.ReadUInt64())); break;
            default: return false;
        }

        return true;
    }

    private bool Combine(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'(': _stack.Mark(); break;
            case (byte)')': _stack.Push(Array.Empty<object?>()); break;
            case (byte)'t': _stack.Push(_stack.PopToMark()); break;
            case 0x85: _stack.Push(_stack.PopTuple(1)); break;
            case 0x86: _stack.Push(_stack.PopTuple(2)); break;
            case 0x87: _stack.Push(_stack.PopTuple(3)); break;
            case (byte)']' or 0x8f: _stack.Push(new List<object?>()); break;
            case (byte)'l' or 0x91: _stack.Push(_stack.PopToMark().ToList()); break;
            case (byte)'a': Append([_stack.Pop()]); break;
            case (byte)'e' or 0x90: Append(_stack.PopToMark()); break;
            case (byte)'}': _stack.Push(new PickleDict()); break;
            case (byte)'d':
                object?[] entries = _stack.PopToMark();
                _stack.Push(new PickleDict());
                SetItems(entries);
                break;
            case (byte)'s': SetItems(_stack.PopTuple(2)); break;
            case (byte)'u': SetItems(_stack.PopToMark()); break;
            default: return false;
        }

        return true;
    }

    private bool Construct(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'c': _stack.Push(_rules.Resolve(_reader.ReadLine(), _reader.ReadLine(), _reader)); break;
            case 0x93:
                string name = _stack.Pop<string>("a name");
                _stack.Push(_rules.Resolve(_stack.Pop<string>("a module"), name, _reader));
                break;
            case (byte)'R' or 0x81:
                object?[] arguments = _stack.Pop<object?[]>("arguments");
                Call(_stack.Pop<PickleGlobal>("a class or function"), arguments);
                break;
            case 0x92:
                _ = _stack.Pop();
                object?[] positional = _stack.Pop<object?[]>("arguments");
                Call(_stack.Pop<PickleGlobal>("a class"), positional);
                break;
            case (byte)'i':
                PickleGlobal named = _rules.Resolve(_reader.ReadLine(), _reader.ReadLine(), _reader);
                Call(named, _stack.PopToMark());
                break;
            case (byte)'o':
                object?[] operands = _stack.PopToMark();
                Call(operands is [PickleGlobal target, ..] ? target : throw _reader.Invalid("is damaged: expected a class"), operands[1..]);
                break;
            case (byte)'b':
                // The state of an object: attributes such as OrderedDict's _metadata, never tensors of a state dict.
                object? state = _stack.Pop();
                if (_stack.Top is IPickleBuildable buildable)
                    buildable.Build(state);
                break;
            case (byte)'Q': _stack.Push(_rules.LoadPersistent(_stack.Pop(), _reader)); break;
            case (byte)'P': _stack.Push(_rules.LoadPersistent(_reader.ReadLine(), _reader)); break;
            default: return false;
        }

        return true;
    }

    private bool Remember(byte opcode)
    {
        switch (opcode)
        {
            case 0x80:
                byte protocol = _reader.ReadByte();
                if (protocol > 5)
                    throw _reader.Invalid($"pickle protocol {protocol} isn't known, expected 0 to 5");
                break;
            case 0x95: _ = _reader.ReadUInt64(); break;
            case (byte)'0': _stack.Drop(); break;
            case (byte)'1': _ = _stack.PopToMark(); break;
            case (byte)'2': _stack.Push(_stack.Top); break;
            case 0x94: _stack.Memoize(); break;
            case (byte)'q': _stack.Memoize(_reader.ReadByte()); break;
            case (byte)'r': _stack.Memoize(_reader.ReadUInt32()); break;
            case (byte)'p': _stack.Memoize(ParseIndex(_reader.ReadLine())); break;
            case (byte)'h': _stack.PushMemoized(_reader.ReadByte()); break;
            case (byte)'j': _stack.PushMemoized(_reader.ReadUInt32()); break;
            case (byte)'g': _stack.PushMemoized(ParseIndex(_reader.ReadLine())); break;
            default: return false;
        }

        return true;
    }

    private void Call(PickleGlobal target, object?[] arguments)
    {
        // Calls copy collections, and one large collection can be an argument many times, so what they may copy counts as work.
        foreach (object? argument in arguments)
            _work += argument switch { PickleDict dict => dict.Count, List<object?> list => list.Count, object?[] tuple => tuple.Length, _ => 0 };
        RequireWork();
        _stack.Push(target.Call is null ? new PickleObject(target) : target.Call(new PickleCall(target, arguments, _reader)));
    }

    private void RequireWork()
    {
        if (_work > MaximumInstructions)
            throw _reader.Invalid($"has more than {MaximumInstructions:N0} instructions");
    }

    private void Append(object?[] values)
    {
        switch (_stack.Top)
        {
            case List<object?> list: list.AddRange(values); break;
            case PickleObject: break;
            default: throw _reader.Invalid("is damaged: expected a list");
        }
    }

    private void SetItems(object?[] keysAndValues)
    {
        if (keysAndValues.Length % 2 != 0)
            throw _reader.Invalid("is damaged: a key has no value");

        switch (_stack.Top)
        {
            case PickleDict dict:
                for (int i = 0; i < keysAndValues.Length; i += 2)
                    dict[keysAndValues[i]] = keysAndValues[i + 1];
                break;
            case PickleObject: break;
            default: throw _reader.Invalid("is damaged: expected a dictionary");
        }
    }

    private static object Shrink(BigInteger value)
    {
        if (value < long.MinValue || value > long.MaxValue)
            return value;
        long narrow = (long)value;
        return narrow;
    }

    private object ParseInteger(string text, bool allowTruth)
    {
        if (allowTruth && text is "00" or "01")
            return text == "01";

        // Parsing takes time that grows with the square of the length.
        return text.Length <= 1000 && BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger value)
            ? Shrink(value)
            : throw _reader.Invalid("is damaged: expected an integer");
    }

    private double ParseFloat(string text) => text switch
    {
        "nan" => double.NaN,
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        _ => text.Length <= 1000 && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw _reader.Invalid("is damaged: expected a number"),
    };

    private long ParseIndex(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long index)
            ? index
            : throw _reader.Invalid("is damaged: expected a memo index");
}

using System.Runtime.InteropServices;

namespace Gdws.Checkpoints.Pickle;

/// <summary>The unpickler's operands, its marks, and the memo of objects that are referred to again.</summary>
internal sealed class PickleStack(PickleReader reader, int maximumMemo)
{
    private readonly List<object?> _values = [];
    private readonly List<int> _marks = [];
    private readonly List<object?> _memo = [];
    private int _memoized;

    private int Floor => _marks.Count == 0 ? 0 : _marks[^1];

    public int Count => _values.Count;

    public object? Top
    {
        get
        {
            RequireValue();
            return _values[^1];
        }
    }

    public void Push(object? value) => _values.Add(value);

    public void Mark() => _marks.Add(_values.Count);

    public object? Pop()
    {
        RequireValue();
        object? value = _values[^1];
        _values.RemoveAt(_values.Count - 1);
        return value;
    }

    public T Pop<T>(string expected) where T : notnull =>
        Pop() is T value ? value : throw reader.Invalid($"is damaged: expected {expected}");

    /// <summary>Takes the values since the last mark, and the mark.</summary>
    public object?[] PopToMark()
    {
        if (_marks.Count == 0)
            throw reader.Invalid("is damaged: a mark is missing");

        int start = _marks[^1];
        _marks.RemoveAt(_marks.Count - 1);
        object?[] values = [.. CollectionsMarshal.AsSpan(_values)[start..]];
        _values.RemoveRange(start, values.Length);
        return values;
    }

    /// <summary>Drops the last value, or the last mark where nothing lies on it.</summary>
    public void Drop()
    {
        if (_marks.Count > 0 && _marks[^1] == _values.Count)
            _marks.RemoveAt(_marks.Count - 1);
        else
            _ = Pop();
    }

    public object?[] PopTuple(int length)
    {
        object?[] values = new object?[length];
        for (int i = length - 1; i >= 0; i--)
            values[i] = Pop();
        return values;
    }

    public void Memoize() => Memoize(_memoized);

    public void Memoize(long index)
    {
        // The highest index sets the memo's size, so it must not come from the file unchecked.
        if (index < 0 || index > maximumMemo)
            throw reader.Invalid($"is damaged: memo entry {index:N0}, expected at most {maximumMemo:N0}");

        object? value = Top;
        while (_memo.Count <= index)
            _memo.Add(Missing.Instance);
        if (ReferenceEquals(_memo[(int)index], Missing.Instance))
            _memoized++;
        _memo[(int)index] = value;
    }

    public void PushMemoized(long index)
    {
        if (index < 0 || index >= _memo.Count || ReferenceEquals(_memo[(int)index], Missing.Instance))
            throw reader.Invalid($"is damaged: memo entry {index:N0} was never written");
        Push(_memo[(int)index]);
    }

    private void RequireValue()
    {
        if (_values.Count <= Floor)
            throw reader.Invalid("is damaged: an operand is missing");
    }

    private sealed class Missing
    {
        public static readonly Missing Instance = new();
    }
}

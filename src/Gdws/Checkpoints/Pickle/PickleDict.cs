using System.Diagnostics.CodeAnalysis;

namespace Gdws.Checkpoints.Pickle;

/// <summary>A Python dictionary: entries in the order of their first appearance, the last value of a key wins.</summary>
internal sealed class PickleDict
{
    private static readonly object s_none = new();

    // Pickles hold thousands of empty dictionaries, so the entries are made when the first one comes.
    private OrderedDictionary<object, object?>? _entries;

    public int Count => _entries?.Count ?? 0;

    /// <summary>Keys and values; a key is text, a number, a truth value, a tuple or (for <c>None</c>) a plain object.</summary>
    public IEnumerable<KeyValuePair<object, object?>> Entries => _entries ?? Enumerable.Empty<KeyValuePair<object, object?>>();

    public object? this[object? key]
    {
        set => (_entries ??= new OrderedDictionary<object, object?>(KeyComparer.Instance))[key ?? s_none] = value;
    }

    public bool TryGet(string key, [MaybeNullWhen(false)] out object? value)
    {
        value = null;
        return _entries is not null && _entries.TryGetValue(key, out value);
    }

    /// <summary>Seeded hashes also for numbers, so that a file can't choose keys that collide.</summary>
    private sealed class KeyComparer : IEqualityComparer<object>
    {
        public static readonly KeyComparer Instance = new();

        public new bool Equals(object? x, object? y) => object.Equals(x, y);

        public int GetHashCode(object key) => key switch
        {
            long integer => HashCode.Combine((int)integer, (int)(integer >> 32)),
            double number => HashCode.Combine((int)BitConverter.DoubleToInt64Bits(number), (int)(BitConverter.DoubleToInt64Bits(number) >> 32)),
            _ => key.GetHashCode(),
        };
    }
}

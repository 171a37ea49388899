using System.Text.Json;

namespace Gdws.Checkpoints;

/// <summary>Reads the JSON header of a safetensors file, strictly: what the format doesn't name isn't accepted.</summary>
internal sealed class SafeTensorsHeader
{
    public const string MetadataName = "__metadata__";
    private readonly string _file;
    private readonly List<SafeTensorsEntry> _entries = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);

    private SafeTensorsHeader(string file) => _file = file;

    /// <summary>The tensors in the order of the header.</summary>
    public IReadOnlyList<SafeTensorsEntry> Entries => _entries;

    /// <summary>The header's <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <exception cref="InvalidFileException">The header isn't what the format says.</exception>
    public static SafeTensorsHeader Parse(ReadOnlySpan<byte> json, string file)
    {
        SafeTensorsHeader header = new(file);
        try
        {
            // Depth: the header, a tensor, its shape.
            Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = 4 });
            header.Read(ref reader);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: text that isn't UTF-8.
            throw new InvalidFileException(file, $"its header isn't valid JSON: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }

        return header;
    }

    private void Read(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject, "the header");
        while (NextName(ref reader) is { } name)
        {
            if (name == MetadataName)
                ReadMetadata(ref reader);
            else if (_names.Add(name))
                _entries.Add(ReadEntry(ref reader, name));
            else
                throw Invalid($"holds two tensors named {ShownName.Of(name)}");
        }

        _ = reader.Read();
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (!_names.Add(MetadataName))
            throw Invalid($"has two {MetadataName}");
        Expect(ref reader, JsonTokenType.StartObject, MetadataName);
        while (NextName(ref reader) is { } key)
        {
            Expect(ref reader, JsonTokenType.String, $"{MetadataName}: {ShownName.Of(key)}");
            if (!_metadata.TryAdd(key, reader.GetString()!))
                throw Invalid($"{MetadataName} has {ShownName.Of(key)} twice");
        }
    }

    private SafeTensorsEntry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        if (name.Any(char.IsControl))
            throw Invalid($"tensor name {ShownName.Of(name)} holds control characters");

        string subject = $"tensor {ShownName.Of(name)}";
        string? dtype = null;
        List<long>? shape = null;
        List<long>? offsets = null;
        Expect(ref reader, JsonTokenType.StartObject, subject);
        while (NextName(ref reader) is { } key)
        {
            switch (key)
            {
                case "dtype" when dtype is null:
                    Expect(ref reader, JsonTokenType.String, $"{subject}: dtype");
                    dtype = reader.GetString();
                    break;
                case "shape" when shape is null: shape = ReadNumbers(ref reader, $"{subject}: shape"); break;
                case "data_offsets" when offsets is null: offsets = ReadNumbers(ref reader, $"{subject}: data_offsets"); break;
                default: throw Invalid($"{subject}: {ShownName.Of(key)} is unknown or there twice, expected dtype, shape and data_offsets");
            }
        }

        if (dtype is null || shape is null || offsets is not [long begin, long end])
            throw Invalid($"{subject}: expected dtype, shape and two data_offsets");
        if (SafeTensorsType.OfName(dtype) is not { } type)
            throw Invalid($"{subject}: elements of type {ShownName.Of(dtype)} aren't supported");
        return Check(subject, new SafeTensorsEntry(name, type, ToDimensions(shape, type, subject), begin, end));
    }

    private SafeTensorsEntry Check(string subject, SafeTensorsEntry entry)
    {
        long needed = entry.Shape.Aggregate((long)entry.Type.Size(), (product, dimension) => product * dimension);
        return entry.Begin <= entry.End && entry.End - entry.Begin == needed
            ? entry
            : throw Invalid(
                $"{subject}: shape [{string.Join(", ", entry.Shape.Take(16))}] of {entry.Type.Name()} needs {needed:N0} bytes, "
                + $"data_offsets [{entry.Begin}, {entry.End}] give {entry.End - entry.Begin:N0}");
    }

    private int[] ToDimensions(List<long> shape, ElementType type, string subject)
    {
        long size = shape.Contains(0) ? 0 : type.Size();
        foreach (long dimension in shape)
        {
            if (dimension > int.MaxValue || (size *= dimension) > Array.MaxLength)
                throw Invalid($"{subject}: impossible shape [{string.Join(", ", shape.Take(16))}], expected fewer than 2 GiB");
        }

        return [.. shape.Select(d => (int)d)];
    }

    private List<long> ReadNumbers(ref Utf8JsonReader reader, string subject)
    {
        Expect(ref reader, JsonTokenType.StartArray, subject);
        List<long> numbers = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.Number)
        {
            if (!reader.TryGetInt64(out long number) || number < 0)
                throw Invalid($"{subject}: expected integers from 0 on");
            numbers.Add(number);
        }

        return reader.TokenType == JsonTokenType.EndArray ? numbers : throw Invalid($"{subject}: expected a list of numbers");
    }

    private static string? NextName(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.PropertyName ? reader.GetString() : null;

    private void Expect(ref Utf8JsonReader reader, JsonTokenType expected, string subject)
    {
        if (!reader.Read() || reader.TokenType != expected)
            throw Invalid($"{subject}: expected {expected}, found {reader.TokenType}");
    }

    private InvalidFileException Invalid(string problem) => new(_file, problem);
}

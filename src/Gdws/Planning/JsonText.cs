using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gdws.Planning;

/// <summary>The JSON documents of this room: what they have in common in reading and writing.</summary>
/// <typeparam name="T">The document.</typeparam>
/// <param name="what">What it is, for messages, e.g. <c>plan</c>.</param>
/// <param name="format">What its first entry, <c>format</c>, must be.</param>
/// <param name="validate">Throws an <see cref="InvalidFileException"/> where values contradict each other.</param>
internal sealed class JsonText<T>(string what, string format, Action<T, string> validate)
    where T : class
{
    // A plan of a network with a million channels takes some megabytes.
    private const long MostBytes = 256L << 20;

    private static readonly JsonSerializerOptions _options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new IntegersOnOneLine(), new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
    };

    public static string Write(T document) => JsonSerializer.Serialize(document, _options) + "\n";

    public T Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string text;
        try
        {
            if (Directory.Exists(path))
                throw new InvalidFileException(path, $"is a folder, not a {what}");
            long length = new FileInfo(path).Length;
            if (length > MostBytes)
                throw new InvalidFileException(path, $"is no {what}: {length:N0} bytes are too many");
            text = File.ReadAllText(path);
        }
        catch (FileNotFoundException exception)
        {
            throw new InvalidFileException(path, "doesn't exist", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidFileException(path, $"can't be read: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }

        return Read(text, path);
    }

    public T Read(string json, string source)
    {
        ArgumentNullException.ThrowIfNull(json);
        T? document;
        try
        {
            RequireFormat(json, source);
            document = JsonSerializer.Deserialize<T>(json, _options);
        }
        catch (JsonException exception)
        {
            throw new InvalidFileException(source, $"is no valid {what}: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }

        validate(document!, source);
        return document!;
    }

    /// <summary>Throws where something doesn't hold.</summary>
    public void Require(bool condition, string source, string message)
    {
        if (!condition)
            throw new InvalidFileException(source, $"is no valid {what}: {message}");
    }

    private void RequireFormat(string json, string source)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("format", out JsonElement found)
            || found.ValueKind != JsonValueKind.String)
        {
            throw new InvalidFileException(source, $"is no {what}: expected an object with \"format\": \"{format}\"");
        }

        if (found.GetString() != format)
            throw new InvalidFileException(source, $"has the format \"{JsonNames.Short(found.GetString()!)}\", expected \"{format}\"");
    }

    /// <summary>Hundreds of counts a layer: one line rather than hundreds.</summary>
    private sealed class IntegersOnOneLine : JsonConverter<ImmutableArray<int>>
    {
        public override ImmutableArray<int> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartArray)
                throw new JsonException("Expected a list of integers.");
            ImmutableArray<int>.Builder values = ImmutableArray.CreateBuilder<int>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out int value))
                    throw new JsonException("Expected a list of integers.");
                values.Add(value);
            }

            return values.ToImmutable();
        }

        public override void Write(Utf8JsonWriter writer, ImmutableArray<int> value, JsonSerializerOptions options) =>
            writer.WriteRawValue($"[{string.Join(", ", value)}]");
    }
}

using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gdws.Planning;

/// <summary>Reads and writes the JSON form of a plan.</summary>
internal static class GdwsPlanJson
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

    public static string Write(GdwsPlan plan) => JsonSerializer.Serialize(plan, _options) + "\n";

    public static GdwsPlan Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string text;
        try
        {
            if (Directory.Exists(path))
                throw new InvalidFileException(path, "is a folder, not a plan");
            OrdinaryFile.RequireContent(path);
            long length = new FileInfo(path).Length;
            if (length > MostBytes)
                throw new InvalidFileException(path, $"is no plan: {length:N0} bytes are too many");
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

    public static GdwsPlan Read(string json, string source)
    {
        ArgumentNullException.ThrowIfNull(json);
        GdwsPlan? plan;
        try
        {
            RequireFormat(json, source);
            plan = JsonSerializer.Deserialize<GdwsPlan>(json, _options);
        }
        catch (JsonException exception)
        {
            throw new InvalidFileException(source, $"is no valid plan: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }

        Validate(plan!, source);
        return plan!;
    }

    private static void RequireFormat(string json, string source)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("format", out JsonElement format)
            || format.ValueKind != JsonValueKind.String)
        {
            throw new InvalidFileException(source, $"is no plan: expected an object with \"format\": \"{GdwsPlan.CurrentFormat}\"");
        }

        if (format.GetString() != GdwsPlan.CurrentFormat)
            throw new InvalidFileException(source, $"has the format \"{Short(format.GetString()!)}\", expected \"{GdwsPlan.CurrentFormat}\"");
    }

    private static void Validate(GdwsPlan plan, string source)
    {
        const string Digits = "must be 64 lower-case hexadecimal digits";
        Require(IsSha256(plan.SourceSha256), $"source_sha256 {Digits}");
        Require(plan.SensitivitySha256 is null || IsSha256(plan.SensitivitySha256), $"sensitivity_sha256 {Digits}");
        Require(plan.Calibration is null or { Images: >= 0 }, "calibration: images must be at least 0");
        Require(plan.Budget.Value >= 0, $"the budget's value is {plan.Budget.Value}, expected at least 0");
        Require(plan.Budget.RoundTo >= 1, $"kernels can't be rounded to {plan.Budget.RoundTo}, expected at least 1");
        Require(plan.MacsBefore >= 0 && plan.MacsAfter >= 0, "MACs must be at least 0");
        Require(!plan.Layers.IsDefault, "layers are missing");
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (PlannedLayer layer in plan.Layers)
        {
            Require(layer is not null, "a layer is null");
            Require(names.Add(layer!.Name), $"two layers are named {Short(layer.Name)}");
            if (ProblemOf(layer) is { } problem)
                throw new InvalidFileException(source, $"is no valid plan: layer {Short(layer.Name)}: {problem}");
        }

        void Require(bool condition, string message)
        {
            if (!condition)
                throw new InvalidFileException(source, $"is no valid plan: {message}");
        }
    }

    private static string? ProblemOf(PlannedLayer layer)
    {
        if (layer.Kernel.Length != 2 || layer.Kernel.Any(k => k < 1) || layer.Outputs < 1 || layer.Inputs < 1)
            return "outputs, inputs and the two sizes of the kernel must be at least 1";
        if (!(layer.WeightedError >= 0) || layer.MacsBefore < 0 || layer.MacsAfter < 0)
            return "the weighted error and MACs must be at least 0";
        if (!layer.IsGdws)
            return layer.Kernels == 0 && layer.KernelsPerChannel.IsEmpty ? null : "a dense layer has no kernels";

        if (layer.KernelsPerChannel.Length != layer.Inputs)
            return $"expected kernels_per_channel for {layer.Inputs} channels, found {layer.KernelsPerChannel.Length}";
        long most = Math.Min(layer.Outputs, (long)layer.Kernel[0] * layer.Kernel[1]);
        if (layer.KernelsPerChannel.Any(g => g < 0 || g > most))
            return $"a channel has from 0 to {most} kernels, found {layer.KernelsPerChannel.First(g => g < 0 || g > most)}";
        long sum = layer.KernelsPerChannel.Sum(g => (long)g);
        return sum == layer.Kernels ? null : $"kernels_per_channel add up to {sum}, but kernels is {layer.Kernels}";
    }

    private static bool IsSha256(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);

    private static string Short(string text)
    {
        string line = new([.. text.Take(80).Select(c => char.IsControl(c) ? ' ' : c)]);
        return text.Length > 80 ? line + "…" : line;
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

using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gdws.Cli.Evaluation;

/// <summary>Keeps a fraction in JSON as the user wrote it.</summary>
internal sealed class FractionJson : JsonConverter<Fraction>
{
    public override Fraction Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Fraction.TryParse(reader.GetString()!, out Fraction fraction)
            ? fraction
            : throw new JsonException("expected a number or fraction such as \"8/255\"");

    public override void Write(Utf8JsonWriter writer, Fraction value, JsonSerializerOptions options) => writer.WriteStringValue(value.Text);
}

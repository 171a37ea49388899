using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Gdws.Cli.Evaluation;

/// <summary>The first line of an outcome file: everything that decides what is in the others.</summary>
internal sealed record OutcomeHeader
{
    /// <summary>The version of the format.</summary>
    public const int Version = 1;

    public static JsonSerializerOptions Format { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new FractionJson(), new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public required int GdwsOutcomes { get; init; }

    public required OutcomeNetwork Network { get; init; }

    public required OutcomeData Data { get; init; }

    public required OutcomeRange Images { get; init; }

    public required int Seed { get; init; }

    public required string Device { get; init; }

    public required IReadOnlyList<OutcomeAttack> Attacks { get; init; }

    public required OutcomeVersions Versions { get; init; }

    /// <summary>What differs between two evaluations, in words, other than which images they look at; null where nothing does.</summary>
    public string? DifferenceFrom(OutcomeHeader other)
    {
        if (Network.Sha256 != other.Network.Sha256)
            return $"the network ({Network.Name} and {other.Network.Name} differ)";
        (string Name, object Mine, object Others)[] parts =
        [
            ("the network's name", Network, other.Network),
            ("the data", Data, other.Data),
            ("the seed", Seed, other.Seed),
            ("the device", Device, other.Device),
            ("the attacks", Attacks, other.Attacks),
            ("the program's version", Versions, other.Versions),
        ];
        foreach ((string name, object mine, object others) in parts)
        {
            (string first, string second) = (JsonSerializer.Serialize(mine, Format), JsonSerializer.Serialize(others, Format));
            if (first != second)
                return name is "the attacks" ? name : $"{name} ({first} and {second})";
        }

        return null;
    }
}

/// <summary>The network that was evaluated.</summary>
/// <param name="Name">The file's name without its folder.</param>
/// <param name="Sha256">Of the model with all its weights.</param>
internal sealed record OutcomeNetwork(string Name, string Sha256);

/// <summary>The data that the images are from.</summary>
/// <param name="Kind">E.g. <c>cifar10</c>.</param>
/// <param name="Split"><c>test</c> or <c>train</c>.</param>
/// <param name="Images">How many there are in all.</param>
/// <param name="Sha256">Of all labels and the first image.</param>
internal sealed record OutcomeData(string Kind, string Split, int Images, string Sha256);

/// <summary>The images that the file is about.</summary>
/// <param name="First">The first one's position in the data.</param>
/// <param name="Count">How many.</param>
/// <param name="Of">How many the whole evaluation looks at, from the data's first image on.</param>
internal sealed record OutcomeRange(int First, int Count, int Of);

/// <summary>An attack.</summary>
/// <param name="Asked">As the user asked for it.</param>
/// <param name="Runs">All settings of what it consists of.</param>
internal sealed record OutcomeAttack(AttackChoice Asked, JsonArray Runs);

/// <summary>What computed it.</summary>
internal sealed record OutcomeVersions(string Gdws, string Libtorch);

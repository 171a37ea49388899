using System.Text.Json.Serialization;

namespace Gdws.Cli.Evaluation;

/// <summary>Robust accuracy under one attack; the property names are the keys of the JSON.</summary>
/// <param name="Choice">The attack as the user asked for it.</param>
internal sealed record RobustAccuracy([property: JsonIgnore] AttackChoice Choice)
{
    /// <summary>How the attack goes about, for people.</summary>
    [JsonIgnore]
    public string How { get; init; } = "";

    public required string Attack { get; init; }

    public string Norm => Choice.Norm.ToString().ToLowerInvariant();

    public double Epsilon => Choice.Epsilon.Value;

    public required int Iterations { get; init; }

    public required double Step { get; init; }

    public required int Restarts { get; init; }

    public required int Correct { get; init; }

    public required double Accuracy { get; init; }

    public required double ImagesPerSecond { get; init; }

    public required double MaxPerturbation { get; init; }

    /// <summary>Images that were attacked.</summary>
    public required int Attacked { get; init; }

    public required double Seconds { get; init; }

    /// <summary>The attack that this one is a part of; its accuracy then counts the parts before it too.</summary>
    public required string? PartOf { get; init; }
}

using System.Text.Json.Serialization;

namespace Gdws.Cli.Sweeps;

/// <summary>Accuracy under one attack.</summary>
internal sealed record RobustFigure
{
    /// <summary>The attack's name, e.g. <c>pgd</c>.</summary>
    public required string Attack { get; init; }

    /// <summary><c>linf</c>, <c>l2</c> or <c>l1</c>.</summary>
    public required string Norm { get; init; }

    /// <summary>ε in pixel units.</summary>
    public required double Epsilon { get; init; }

    /// <summary>ε as it was written, e.g. <c>8/255</c>; null where unknown.</summary>
    public string? EpsilonText { get; init; }

    /// <summary>How the attack goes about, for people; null where unknown.</summary>
    public string? How { get; init; }

    public int Iterations { get; init; }

    public double Step { get; init; }

    public int Restarts { get; init; }

    /// <summary>Images that are classified rightly in spite of this attack and of those before it that are parts of the same one.</summary>
    public required int Correct { get; init; }

    /// <summary>All images.</summary>
    public int Images { get; init; }

    /// <summary>In percent of all images.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Images that were attacked: the naturally correct ones, or what the attacks before left standing.</summary>
    public required int Attacked { get; init; }

    public double Seconds { get; init; }

    public double ImagesPerSecond { get; init; }

    public double MaxPerturbation { get; init; }

    /// <summary>The attack that this one is a part of.</summary>
    public string? PartOf { get; init; }

    /// <summary>E.g. <c>linf 8/255</c>.</summary>
    [JsonIgnore]
    public string Threat => $"{Norm} {EpsilonText ?? $"{Epsilon:G4}"}";
}

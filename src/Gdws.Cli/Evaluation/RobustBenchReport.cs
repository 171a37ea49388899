using System.Text.Json.Serialization;
using Gdws.Torch.Attacks;

namespace Gdws.Cli.Evaluation;

/// <summary>An entry of RobustBench's <c>model_info</c>; the names are that project's. What only the network's author knows is left empty.</summary>
internal sealed record RobustBenchReport
{
    public string Link { get; } = "";

    public required string Name { get; init; }

    public string Authors { get; } = "";

    public bool? AdditionalData { get; }

    public int NumberForwardPasses { get; } = 1;

    public required string Dataset { get; init; }

    public string Venue { get; } = "";

    public string Architecture { get; } = "";

    /// <summary>As the user wrote it, e.g. <c>8/255</c>.</summary>
    public required string Eps { get; init; }

    public required string CleanAcc { get; init; }

    public required string Reported { get; init; }

    public required string AutoattackAcc { get; init; }

    /// <summary><c>Linf</c>, <c>L2</c> or <c>L1</c>: there the folder that the entry is in.</summary>
    public required string ThreatModel { get; init; }

    /// <summary>How many images the figures are from; the leaderboards take 10,000, for ImageNet 5,000.</summary>
    [JsonPropertyName("n_examples")]
    public required int Examples { get; init; }

    /// <summary>What is wrong with asking for an entry, or null.</summary>
    public static string? Mistake(IReadOnlyList<AttackChoice> attacks) =>
        attacks.Count == 1 && attacks[0].Kind.StartsWith("autoattack", StringComparison.Ordinal)
            ? null
            : "RobustBench's entries are about AutoAttack in one threat model: --robustbench needs --attack autoattack and one --eps";

    public static RobustBenchReport Of(OutcomeHeader header, AccuracyReport report)
    {
        AttackChoice choice = header.Attacks[0].Asked;
        string robust = Percent(report.Robust[^1].Correct, report.Natural.Images);
        return new RobustBenchReport
        {
            Name = Path.GetFileNameWithoutExtension(header.Network.Name),
            Dataset = header.Data.Kind,
            Eps = choice.Epsilon.Text,
            CleanAcc = Percent(report.Natural.Correct, report.Natural.Images),
            Reported = robust,
            AutoattackAcc = robust,
            ThreatModel = choice.Norm switch { Norm.Linf => "Linf", Norm.L2 => "L2", _ => "L1" },
            Examples = report.Natural.Images,
        };
    }

    private static string Percent(int count, int images) => (100.0 * count / images).ToString("F2");
}

using System.Text.Json.Serialization;
using Gdws.Torch.Attacks;

namespace Gdws.Cli.Evaluation;

/// <summary>An attack as the user asked for it.</summary>
/// <param name="Norm">The norm.</param>
/// <param name="Epsilon">The radius in pixel units.</param>
internal sealed record AttackChoice(Norm Norm, Fraction Epsilon)
{
    /// <summary>One of <see cref="AttackKinds.Names"/>.</summary>
    public string Kind { get; init; } = "pgd";

    /// <summary>Whether pgd is done exactly as the public code does it.</summary>
    public bool IsReference { get; init; }

    public Fraction? Step { get; init; }

    /// <summary>Null for what is usual for the attack.</summary>
    public int? Iterations { get; init; }

    public int Restarts { get; init; } = 1;

    /// <summary>Gradients averaged at every point.</summary>
    public int GradientSamples { get; init; } = 1;

    public int Seed { get; init; }

    /// <summary>E.g. <c>linf 8/255</c>.</summary>
    [JsonIgnore]
    public string ModelText => $"{Norm.ToString().ToLowerInvariant()} {Epsilon}";

    /// <summary>E.g. <c>pgd linf 8/255</c>.</summary>
    [JsonIgnore]
    public string ThreatText => $"{ToAttack().Name} {ModelText}";

    /// <summary>E.g. <c>20 steps of 2/255, 1 start</c>.</summary>
    [JsonIgnore]
    public string HowText => HowOf(ToAttack());

    public IAttack ToAttack() => AttackKinds.Create(this);

    /// <summary>How an attack, this one or a part of it, goes about.</summary>
    public string HowOf(IAttack attack) => attack switch
    {
        AutoAttack => "all of these",
        ReferencePgd => $"{Count(attack.Iterations, "step")} of {StepText(attack)}, {Count(attack.Restarts, "start")}, reference protocol",
        PgdAttack or FgsmAttack => $"{Count(attack.Iterations, "step")} of {StepText(attack)}, {Count(attack.Restarts, "start")}",
        SquareAttack => $"{attack.Iterations:N0} {(attack.Iterations == 1 ? "query" : "queries")}, {Count(attack.Restarts, "start")}",
        ApgdAttack { Loss: ApgdLoss.TargetedDlr } targeted => Targeted(attack, targeted.Targets),
        FabAttack { IsTargeted: true } targeted => Targeted(attack, targeted.Targets),
        _ => $"{Count(attack.Iterations, "step")}, {Count(attack.Restarts, "start")}",
    };

    private static string Targeted(IAttack attack, int targets) =>
        $"{Count(attack.Iterations, "step")}, {Count(targets, "target")}, {Count(attack.Restarts, "start")}";

    private static string Count(int count, string word) => $"{count:N0} {word}{(count == 1 ? "" : "s")}";

    private string StepText(IAttack attack) => attack is FgsmAttack
        ? Epsilon.Text
        : Step?.ToString() ?? (Epsilon.Text == "8/255" ? "2/255" : $"{attack.Step:G4}");
}

using Gdws.Torch.Attacks;

namespace Gdws.Cli.Evaluation;

/// <summary>An attack as the user asked for it.</summary>
/// <param name="Norm">The norm.</param>
/// <param name="Epsilon">The radius in pixel units.</param>
internal sealed record AttackChoice(Norm Norm, Fraction Epsilon)
{
    public Fraction? Step { get; init; }

    public int Iterations { get; init; } = 20;

    public int Restarts { get; init; } = 1;

    public int Seed { get; init; }

    /// <summary>E.g. <c>pgd linf 8/255</c>.</summary>
    public string ThreatText => $"pgd {Norm.ToString().ToLowerInvariant()} {Epsilon}";

    /// <summary>E.g. <c>20 steps of 2/255, 1 restart</c>.</summary>
    public string HowText =>
        $"{Iterations} {(Iterations == 1 ? "step" : "steps")} of {StepText}, {Restarts} {(Restarts == 1 ? "start" : "starts")}";

    private string StepText => Step?.ToString() ?? (Epsilon.Text == "8/255" ? "2/255" : $"{ToAttack().Step:G4}");

    public PgdAttack ToAttack()
    {
        PgdAttack attack = new(new ThreatModel(Norm, Epsilon.Value)) { Iterations = Iterations, Restarts = Restarts, Seed = Seed };
        return Step is { } step ? attack with { Step = step.Value } : attack;
    }
}

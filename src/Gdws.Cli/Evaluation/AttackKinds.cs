using Gdws.Torch.Attacks;

namespace Gdws.Cli.Evaluation;

/// <summary>The attacks that the command line knows.</summary>
internal static class AttackKinds
{
    public const string None = "none";

    /// <summary>AutoAttack in every one of several threat models.</summary>
    public const string Union = "union";

    public static string[] Names { get; } =
    [
        None, "pgd", "fgsm", "apgd-ce", "apgd-dlr", "apgd-t", "fab", "fab-t", "square", "autoattack", "autoattack-plus", "autoattack-rand", Union,
    ];

    /// <summary>Whether the user may set a step.</summary>
    public static bool HasStep(string kind) => kind == "pgd";

    /// <summary>Whether the user may set iterations and restarts; AutoAttack's are part of what its name promises.</summary>
    public static bool HasIterations(string kind) => kind is not ("fgsm" or Union) && !kind.StartsWith("autoattack", StringComparison.Ordinal);

    /// <summary>Whether the attack can average gradients.</summary>
    public static bool HasSamples(string kind) => kind is "pgd" or "apgd-ce" or "apgd-dlr" or "apgd-t";

    public static IAttack Create(AttackChoice choice)
    {
        ThreatModel model = new(choice.Norm, choice.Epsilon.Value);
        return choice.Kind switch
        {
            "pgd" when choice.IsReference => Reference(choice, model),
            "pgd" => Pgd(choice, model),
            "fgsm" => new FgsmAttack(model),
            "apgd-ce" => Apgd(choice, model, ApgdLoss.CrossEntropy),
            "apgd-dlr" => Apgd(choice, model, ApgdLoss.Dlr),
            "apgd-t" => Apgd(choice, model, ApgdLoss.TargetedDlr),
            "fab" => Fab(choice, model, isTargeted: false),
            "fab-t" => Fab(choice, model, isTargeted: true),
            "square" => new SquareAttack(model) { Seed = choice.Seed, Restarts = choice.Restarts, Iterations = choice.Iterations ?? 5000 },
            "autoattack" or Union => new AutoAttack(model, AutoAttackVersion.Standard, choice.Seed),
            "autoattack-plus" => new AutoAttack(model, AutoAttackVersion.Plus, choice.Seed),
            "autoattack-rand" => new AutoAttack(model, AutoAttackVersion.Rand, choice.Seed),
            _ => throw new ArgumentException($"no attack {choice.Kind}"),
        };
    }

    private static PgdAttack Pgd(AttackChoice choice, ThreatModel model)
    {
        PgdAttack attack = new(model) { Iterations = choice.Iterations ?? 20, Restarts = choice.Restarts, GradientSamples = choice.GradientSamples, Seed = choice.Seed };
        return choice.Step is { } step ? attack with { Step = step.Value } : attack;
    }

    private static ReferencePgd Reference(AttackChoice choice, ThreatModel model) => new(model)
    {
        Step = choice.Step?.Value ?? model.Epsilon / 4,
        Iterations = choice.Iterations ?? 20,
        Restarts = choice.Restarts,
        Seed = choice.Seed,
    };

    private static ApgdAttack Apgd(AttackChoice choice, ThreatModel model, ApgdLoss loss) =>
        new(model, loss)
        {
            Iterations = choice.Iterations ?? 100,
            Restarts = choice.Restarts,
            GradientSamples = choice.GradientSamples,
            Seed = choice.Seed,
        };

    private static FabAttack Fab(AttackChoice choice, ThreatModel model, bool isTargeted) =>
        new(model, isTargeted) { Iterations = choice.Iterations ?? 100, Restarts = choice.Restarts, Seed = choice.Seed };
}

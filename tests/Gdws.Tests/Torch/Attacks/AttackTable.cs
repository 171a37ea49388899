using Gdws.Torch.Attacks;

namespace Gdws.Tests.Torch.Attacks;

/// <summary>Every attack in every norm: what all of them must keep is tested on all of them.</summary>
internal static class AttackTable
{
    private static readonly Entry[] Entries =
    [
        // The figures: from what share of ε on an image of a linear classifier must be broken, and the same for l1, where some attacks are known to be weak.
        // What climbs the cross-entropy goes away from the right class, and not straight to the nearest other one: how near it gets depends on the weights.
        // What each of them must break to the last image is in WorstCaseTests.
        new("fgsm", 0.6, 0.2, model => new FgsmAttack(model)),
        new("pgd", 0.8, 0.5, model => new PgdAttack(model) { Iterations = 40, Seed = 3 }),
        new("apgd-ce", 0.8, 0.5, model => new ApgdAttack(model) { Seed = 3, Iterations = 40 }),
        new("apgd-dlr", 0.97, 0.9, model => new ApgdAttack(model, ApgdLoss.Dlr) { Seed = 3, Iterations = 50, Restarts = 2 }),
        new("apgd-t", 0.99, 0.95, model => new ApgdAttack(model, ApgdLoss.TargetedDlr) { Seed = 3, Iterations = 40 }),
        new("fab", 0.99, 0.99, model => new FabAttack(model, isTargeted: false) { Seed = 3, Iterations = 20 }),
        new("fab-t", 0.99, 0.99, model => new FabAttack(model) { Seed = 3, Iterations = 20, Restarts = 2 }),
        new("square", 0.6, 0.5, model => new SquareAttack(model) { Seed = 3, Iterations = 200 }),
        new("autoattack", 0.99, 0.99, model => Short(new AutoAttack(model, AutoAttackVersion.Standard, 3))),
        new("autoattack-rand", 0.97, 0.9, model => Short(new AutoAttack(model, AutoAttackVersion.Rand, 3))),
    ];

    /// <summary>All attacks in all norms.</summary>
    public static TheoryData<string, Norm> All
    {
        get
        {
            TheoryData<string, Norm> all = [];
            foreach (Entry entry in Entries)
            {
                foreach (Norm norm in Enum.GetValues<Norm>())
                    all.Add(entry.Name, norm);
            }

            return all;
        }
    }

    public static IAttack Create(string name, Norm norm, double epsilon) => Find(name).Create(new ThreatModel(norm, epsilon));

    /// <summary>From what share of ε the attack must break an image of a linear classifier.</summary>
    public static double Reach(string name, Norm norm) => norm == Norm.L1 ? Find(name).L1Reach : Find(name).Reach;

    private static Entry Find(string name) => Entries.Single(entry => entry.Name == name);

    private static AutoAttack Short(AutoAttack attack) => attack with
    {
        Attacks = [.. attack.Attacks.Select(part => part switch
        {
            ApgdAttack apgd => apgd with { Iterations = 30, Restarts = 1, GradientSamples = Math.Min(2, apgd.GradientSamples) },
            FabAttack fab => fab with { Iterations = 20 },
            SquareAttack square => square with { Iterations = 50 },
            _ => part,
        })],
    };

    private sealed record Entry(string Name, double Reach, double L1Reach, Func<ThreatModel, IAttack> Create);
}

namespace Gdws.Torch.Attacks;

/// <summary>
/// AutoAttack (Croce and Hein 2020): attacks of different kinds in the official order and with the official settings, each on the images that all before it
/// left standing. An image is broken when any of them breaks it.
/// </summary>
/// <remarks>Shape: images <c>[N, C, H, W]</c> in [0,1]. All attacks take the same seed. The network needs at least 4 classes (rand: 3).</remarks>
public sealed record AutoAttack : IAttack
{
    /// <summary>Describes the attack.</summary>
    /// <param name="threatModel">The norm and ε.</param>
    /// <param name="version">Which attacks.</param>
    /// <param name="seed">Decides everything random.</param>
    /// <exception cref="GdwsException">There is no such version for the norm.</exception>
    public AutoAttack(ThreatModel threatModel, AutoAttackVersion version = AutoAttackVersion.Standard, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(threatModel);
        if (version == AutoAttackVersion.Plus && threatModel.Norm == Norm.L1)
            throw new GdwsException("AutoAttack has no version plus for l1: use the standard version");
        ThreatModel = threatModel;
        Version = version;
        Attacks = version switch
        {
            AutoAttackVersion.Standard =>
            [
                new ApgdAttack(threatModel) { Seed = seed, Restarts = threatModel.Norm == Norm.L1 ? 5 : 1 },
                new ApgdAttack(threatModel, ApgdLoss.TargetedDlr) { Seed = seed },
                new FabAttack(threatModel) { Seed = seed },
                new SquareAttack(threatModel) { Seed = seed },
            ],
            AutoAttackVersion.Plus =>
            [
                new ApgdAttack(threatModel) { Seed = seed, Restarts = 5 },
                new ApgdAttack(threatModel, ApgdLoss.Dlr) { Seed = seed, Restarts = 5 },
                new FabAttack(threatModel, isTargeted: false) { Seed = seed, Restarts = 5 },
                new SquareAttack(threatModel) { Seed = seed },
                new ApgdAttack(threatModel, ApgdLoss.TargetedDlr) { Seed = seed },
                new FabAttack(threatModel) { Seed = seed },
            ],
            _ =>
            [
                new ApgdAttack(threatModel) { Seed = seed, GradientSamples = 20 },
                new ApgdAttack(threatModel, ApgdLoss.Dlr) { Seed = seed, GradientSamples = 20 },
            ],
        };
    }

    /// <inheritdoc/>
    public string Name => Version == AutoAttackVersion.Standard ? "autoattack" : $"autoattack-{Version.ToString().ToLowerInvariant()}";

    /// <inheritdoc/>
    public ThreatModel ThreatModel { get; }

    /// <summary>Which attacks.</summary>
    public AutoAttackVersion Version { get; }

    /// <summary>The attacks in their order.</summary>
    public IReadOnlyList<IAttack> Attacks { get; init; }

    /// <inheritdoc/>
    public int Iterations => 0;

    /// <inheritdoc/>
    public double Step => 0;

    /// <inheritdoc/>
    public int Restarts => 1;

    /// <inheritdoc/>
    public AttackResult Run(
        TorchNetwork network, Tensor images, IReadOnlyList<int> labels, IReadOnlyList<int> indices, CancellationToken cancellation = default) =>
        AttackedBatch.Run(network, images, labels, indices, batch =>
        {
            AttackSettings.RequireClasses(this, network);
            foreach (IAttack attack in Attacks)
            {
                int[] rows = batch.Open;
                if (rows.Length == 0)
                    return;
                using Tensor open = batch.CleanOf(rows);
                using AttackResult result = attack.Run(network, open, batch.LabelsOf(rows), batch.IndicesOf(rows), cancellation);
                batch.Take(result, rows);
            }
        });
}

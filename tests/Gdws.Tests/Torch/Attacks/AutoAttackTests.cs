using Gdws.Torch;
using Gdws.Torch.Attacks;
using TorchSharp;
using static Gdws.Tests.Torch.TorchNetworks;
using Tensor = TorchSharp.torch.Tensor;

namespace Gdws.Tests.Torch.Attacks;

public sealed class AutoAttackTests
{
    private static readonly ThreatModel Linf = new(Norm.Linf, 8.0 / 255);

    [Fact]
    public void TheStandardVersion_HasTheOfficialAttacks()
    {
        AutoAttack attack = new(Linf, seed: 5);

        Assert.Equal(["apgd-ce", "apgd-t", "fab-t", "square"], attack.Attacks.Select(part => part.Name));
        Assert.Equal([100, 100, 100, 5000], attack.Attacks.Select(part => part.Iterations));
        Assert.All(attack.Attacks, part => Assert.Equal(1, part.Restarts));
        Assert.Equal(9, ((ApgdAttack)attack.Attacks[1]).Targets);
        Assert.Equal(9, ((FabAttack)attack.Attacks[2]).Targets);
        Assert.Equal([5, 5, 5, 5], [((ApgdAttack)attack.Attacks[0]).Seed, ((ApgdAttack)attack.Attacks[1]).Seed, ((FabAttack)attack.Attacks[2]).Seed, ((SquareAttack)attack.Attacks[3]).Seed]);
        Assert.Equal("autoattack", attack.Name);
    }

    [Fact]
    public void ForL1_TheSettingsAreThoseOfL1()
    {
        ApgdAttack[] apgd = [.. new AutoAttack(new ThreatModel(Norm.L1, 12)).Attacks.OfType<ApgdAttack>()];

        Assert.Equal([5, 1], apgd.Select(part => part.Restarts));
        Assert.Equal(5, apgd[1].Targets);
        Assert.All(apgd, part => Assert.True(part.WidensFirst));
        Assert.Contains("plus", Assert.Throws<GdwsException>(() => new AutoAttack(new ThreatModel(Norm.L1, 12), AutoAttackVersion.Plus)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheOtherVersions_HaveTheOfficialAttacks()
    {
        Assert.Equal(
            [("apgd-ce", 5), ("apgd-dlr", 5), ("fab", 5), ("square", 1), ("apgd-t", 1), ("fab-t", 1)],
            new AutoAttack(Linf, AutoAttackVersion.Plus).Attacks.Select(part => (part.Name, part.Restarts)));
        Assert.Equal(
            [("apgd-ce", 20), ("apgd-dlr", 20)],
            new AutoAttack(Linf, AutoAttackVersion.Rand).Attacks.Select(part => (part.Name, ((ApgdAttack)part).GradientSamples)));
    }

    [Fact]
    public void NoImageStands_ThatOneOfTheAttacksBreaks()
    {
        using TorchNetwork network = new(Linear([1, 4, 4], [.. Enumerable.Range(0, 5).Select(c => Random(16, c))], new float[5]));
        using Tensor images = Images(network, Random(30 * 16, 9, 0.3f, 0.7f), 30);
        int[] labels = AttackTests.Predicted(network, images), indices = [.. Enumerable.Range(0, 30)];
        AutoAttack all = new(new ThreatModel(Norm.L2, 0.15));
        all = all with { Attacks = [new FgsmAttack(all.ThreatModel), .. all.Attacks.Take(3), new SquareAttack(all.ThreatModel) { Iterations = 50 }] };

        using AttackResult together = all.Attack(network, images, labels, indices);

        Assert.Contains(false, together.Broken);
        foreach (IAttack part in all.Attacks)
        {
            using AttackResult alone = part.Attack(network, images, labels, indices);
            Assert.All(Enumerable.Range(0, 30), i => Assert.True(together.Broken[i] || !alone.Broken[i], $"image {i} stands, but {part.Name} breaks it"));
        }
    }

    [Fact]
    public void TooFewClasses_AreRefusedWithWhatWorks()
    {
        using TorchNetwork network = new(Linear([1, 1, 2], [[1, 0], [0, 1]], [0, 0]));
        using Tensor images = torch.tensor(new[] { 0.6f, 0.4f }).reshape(1, 1, 1, 2);

        GdwsException exception = Assert.Throws<GdwsException>(() => new AutoAttack(Linf).Attack(network, images, [0], [0]));

        Assert.Contains("only 2 classes", exception.Message, StringComparison.Ordinal);
        Assert.Contains("fab-t or square", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0.8)]
    [InlineData(10, 0.8)]
    [InlineData(11, 0.4)]
    [InlineData(50, 0.4)]
    [InlineData(51, 0.2)]
    [InlineData(4999, 0.8 / 128)]
    [InlineData(9999, 0.8 / 512)]
    public void TheSquares_ShrinkAsPublished(int query, double share) => Assert.Equal(share, new SquareAttack(Linf).Share(query), 12);

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    public void APyramid_HasLengthOneAndBothSigns(int side)
    {
        double[] pyramid = SquarePyramids.Pyramid(side, isTurned: false), turned = SquarePyramids.Pyramid(side, isTurned: true);

        Assert.Equal(1, pyramid.Sum(value => value * value), 12);
        Assert.True(pyramid[0] > 0 && pyramid[^1] < 0);
        Assert.Equal(Enumerable.Range(0, side * side).Select(i => pyramid[(i % side * side) + (i / side)]), turned);
    }

    [Fact]
    public void TheCheckpoints_ComeAsPublished()
    {
        ApgdHalvingSchedule schedule = new(Linf, 1, 100);
        schedule.Begin([1], null);
        List<int> checkpoints = [];
        for (int i = 0; i < 100; i++)
        {
            // A loss that never rises: the step is halved at every checkpoint.
            if (schedule.After([1], [1], () => []).Length > 0)
                checkpoints.Add(i + 1);
        }

        Assert.Equal([22, 41, 57, 70, 80, 87, 93, 99], checkpoints);
        Assert.Equal(2 * Linf.Epsilon / 256, schedule.Steps[0], 15);
    }

    [Fact]
    public void WhileTheLossRises_TheStepStays()
    {
        ApgdHalvingSchedule schedule = new(Linf, 2, 100);
        schedule.Begin([1, 1], null);
        for (int i = 0; i < 22; i++)
        {
            // The first image's loss rises always, the second's in 16 of 22 steps: at most 75 %.
            int[] back = schedule.After([2 + i, i < 16 ? 2 + i : 0.5], [2 + i, 17], () => []);
            Assert.Equal(i == 21 ? [1] : [], back);
        }

        Assert.Equal([2 * Linf.Epsilon, Linf.Epsilon], schedule.Steps);
    }
}

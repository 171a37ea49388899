using Gdws.Onnx;
using Gdws.Torch;
using Gdws.Torch.Attacks;
using TorchSharp;
using static Gdws.Tests.Torch.TorchNetworks;
using Tensor = TorchSharp.torch.Tensor;

namespace Gdws.Tests.Torch.Attacks;

public sealed class PgdAttackTests
{
    public static TheoryData<Norm, double> ThreatModels => new() { { Norm.Linf, 0.05 }, { Norm.L2, 0.3 }, { Norm.L1, 1.5 } };

    /// <summary>
    /// Two linear classes whose logits differ by w·x + b: away from the box's walls an image breaks exactly where ε passes (w·x + b) / ‖w‖ in the dual norm.
    /// Here that distance is 0.1.
    /// </summary>
    [Theory]
    [InlineData(Norm.Linf, 6)]
    [InlineData(Norm.L2, 3.1622776601683795)]
    [InlineData(Norm.L1, 2)]
    public void OnALinearClassifier_AnImageBreaksExactlyBeyondItsDistance(Norm norm, double dualNorm)
    {
        float[] weight = [2, -1, 1, 2];
        float[] image = [0.4f, 0.5f, 0.5f, 0.3f];
        float bias = (float)((0.1 * dualNorm) - image.Zip(weight, (x, w) => x * w).Sum());
        OnnxModel model = Linear([1, 1, 4], [[1, -0.5f, 0.5f, 1], [-1, 0.5f, -0.5f, -1]], [bias, 0]);

        Assert.False(IsBroken(0.0999));
        Assert.True(IsBroken(0.1001));

        bool IsBroken(double epsilon)
        {
            using TorchNetwork network = new(model);
            using Tensor images = Images(network, image, 1);
            using AttackResult result = new PgdAttack(new ThreatModel(norm, epsilon)) { Iterations = 40 }.Attack(network, images, [0], [0]);
            return result.Broken[0];
        }
    }

    [Theory]
    [MemberData(nameof(ThreatModels))]
    public void WhatItMakes_IsInsideBallAndBox(Norm norm, double epsilon)
    {
        ThreatModel model = new(norm, epsilon);
        using TorchNetwork network = new(TorchNetworkTests.Residual());
        const int batch = 20;
        float[] clean = Random(batch * 50, 5, -0.3f, 1.3f);
        for (int i = 0; i < clean.Length; i++)
            clean[i] = Math.Clamp(clean[i], 0, 1);
        using Tensor images = Images(network, clean, batch);
        int[] labels = Predicted(network, images);

        foreach (PgdAttack attack in (PgdAttack[])[new(model) { Iterations = 7 }, new(model) { Iterations = 3, Restarts = 2, Step = 10 * epsilon }, new(model) { Iterations = 2, RandomStart = false, Step = 2 * epsilon }])
        {
            using AttackResult result = attack.Attack(network, images, labels, [.. Enumerable.Range(0, batch)]);
            float[] found = Values(result.Images);
            Assert.All(found, value => Assert.InRange(value, 0, 1));
            double[] distances = [.. Enumerable.Range(0, batch).Select(i => model.Distance(clean.AsSpan(i * 50, 50), found.AsSpan(i * 50, 50)))];
            Assert.All(distances, distance => Assert.True(distance <= epsilon * (1 + 1e-12), $"{distance} > {epsilon}"));
            Assert.True(distances.Max() > 0.9 * epsilon);
        }
    }

    [Theory]
    [MemberData(nameof(ThreatModels))]
    public void BrokenImages_AreMisclassifiedAndTheOthersArent(Norm norm, double epsilon)
    {
        using TorchNetwork network = new(TorchNetworkTests.Residual());
        using Tensor images = Images(network, Random(40 * 50, 6, 0), 40);
        int[] labels = Predicted(network, images);

        using AttackResult result = new PgdAttack(new ThreatModel(norm, epsilon)).Attack(network, images, labels, [.. Enumerable.Range(0, 40)]);

        int[] after = Predicted(network, result.Images);
        Assert.Equal(result.Broken, labels.Zip(after, (label, found) => label != found));
        Assert.Contains(true, result.Broken);
        Assert.Contains(false, result.Broken);
    }

    [Theory]
    [MemberData(nameof(ThreatModels))]
    public void TheResult_DoesNotDependOnTheBatchesOrOnDroppingBrokenImages(Norm norm, double epsilon)
    {
        using TorchNetwork network = new(TorchNetworkTests.Residual());
        float[] pixels = Random(30 * 50, 7, 0);
        using Tensor images = Images(network, pixels, 30);
        int[] labels = Predicted(network, images);
        PgdAttack attack = new(new ThreatModel(norm, epsilon)) { Seed = 3, Iterations = 6, Restarts = 2 };

        using AttackResult together = attack.Attack(network, images, labels, [.. Enumerable.Range(100, 30)]);
        using AttackResult kept = (attack with { DropBroken = false }).Attack(network, images, labels, [.. Enumerable.Range(100, 30)]);
        Assert.Equal(together.Broken, kept.Broken);
        for (int i = 0; i < 30; i++)
        {
            using Tensor one = images.narrow(0, i, 1);
            using AttackResult alone = attack.Attack(network, one, [labels[i]], [100 + i]);
            Assert.Equal(together.Broken[i], alone.Broken[0]);
            using Tensor expected = together.Images.narrow(0, i, 1);
            Near(Values(expected), Values(alone.Images), 1e-4);
        }
    }

    [Fact]
    public void TheSeed_DecidesTheStart()
    {
        using TorchNetwork network = new(TorchNetworkTests.Residual());
        using Tensor images = Images(network, Random(50, 8, 0.3f, 0.6f), 1);
        int[] labels = Predicted(network, images);
        PgdAttack attack = new(new ThreatModel(Norm.L2, 0.001)) { Iterations = 1 };

        using AttackResult first = attack.Attack(network, images, labels, [0]);
        using AttackResult again = attack.Attack(network, images, labels, [0]);
        using AttackResult other = (attack with { Seed = 1 }).Attack(network, images, labels, [0]);

        Assert.Equal(Values(first.Images), Values(again.Images));
        Assert.NotEqual(Values(first.Images), Values(other.Images));
    }

    [Fact]
    public void AnAttack_LeavesNoTensorsBehind()
    {
        using TorchNetwork network = new(TorchNetworkTests.Residual());
        using Tensor images = Images(network, Random(10 * 50, 6, 0), 10);
        int[] labels = Predicted(network, images);
        foreach (Norm norm in Enum.GetValues<Norm>())
        {
            PgdAttack attack = new(new ThreatModel(norm, 0.1)) { Restarts = 2, Iterations = 5 };
            using DisposeScope scope = torch.NewDisposeScope();
            attack.Attack(network, images, labels, [.. Enumerable.Range(0, 10)]).Dispose();

            Assert.Equal(0, scope.DisposablesCount);
        }
    }

    [Fact]
    public void NotANumber_IsAnErrorThatNamesTheImage()
    {
        using TorchNetwork network = new(Linear([1, 1, 1], [[float.NaN], [1]], [0, 0]));
        using Tensor images = torch.zeros(1, 1, 1, 1);

        GdwsException exception = Assert.Throws<GdwsException>(() => new PgdAttack(new ThreatModel(Norm.Linf, 0.1)).Attack(network, images, [0], [17]));

        Assert.Contains("image 17 is NaN", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnImpossibleConfiguration_IsRefused()
    {
        ThreatModel model = new(Norm.Linf, 0.1);
        Assert.Throws<GdwsException>(() => new ThreatModel(Norm.Linf, -1));
        Assert.Throws<GdwsException>(() => new ThreatModel(Norm.Linf, double.NaN));
        Assert.Throws<GdwsException>(() => new PgdAttack(model) { Step = 0 });
        Assert.Throws<GdwsException>(() => new PgdAttack(model) { Iterations = 0 });
        Assert.Throws<GdwsException>(() => new PgdAttack(model) { Restarts = 0 });
        Assert.Throws<GdwsException>(() => new PgdAttack(model) { L1Fraction = 0 });
        Assert.Throws<GdwsException>(() => ThreatModel.ParseNorm("l3"));
    }

    private static int[] Predicted(TorchNetwork network, Tensor images)
    {
        using Tensor logits = network.Forward(images);
        using Tensor classes = logits.argmax(1);
        return [.. classes.data<long>().Select(value => (int)value)];
    }
}

using Gdws.Onnx;
using Gdws.Tests.Onnx;
using Gdws.Torch;
using Gdws.Torch.Attacks;
using TorchSharp;
using static Gdws.Tests.Torch.TorchNetworks;
using Tensor = TorchSharp.torch.Tensor;

namespace Gdws.Tests.Torch.Attacks;

/// <summary>What every attack must keep, in every norm.</summary>
public sealed class AttackTests
{
    private const int Batch = 16;

    public static TheoryData<string, Norm> All => AttackTable.All;

    private static OnnxModel Small => new TestNetwork(17, 0, 2, 5, 5)
        .Weight("w", 4, 2, 3, 3).With("b", [4], 0.1f, -0.1f, 0.2f, 0)
        .Weight("fc", 5, 100).With("fcb", [5], 0.1f, 0.2f, 0.3f, 0, -0.1f)
        .Node("Conv", "conv", ["images", "w", "b"], n => n.WithList("pads", 1, 1, 1, 1))
        .Node("Relu", "relu", ["conv"])
        .Node("Flatten", "flat", ["relu"])
        .Node("Gemm", "logits", ["flat", "fc", "fcb"], n => n.With("transB", 1))
        .Build("logits");

    [Theory]
    [MemberData(nameof(All))]
    public void WhatItMakes_IsInsideBallAndBox(string name, Norm norm)
    {
        using TorchNetwork network = new(Small);
        float[] clean = [.. Random(Batch * 50, 5, -0.3f, 1.3f).Select(value => Math.Clamp(value, 0, 1))];
        using Tensor images = Images(network, clean, Batch);
        foreach (double scale in (double[])[0.3, 3])
        {
            IAttack attack = AttackTable.Create(name, norm, scale * Epsilon(norm));
            using AttackResult result = attack.Attack(network, images, Predicted(network, images), [.. Enumerable.Range(0, Batch)]);

            float[] found = Values(result.Images);
            Assert.All(found, value => Assert.InRange(value, 0, 1));
            for (int i = 0; i < Batch; i++)
            {
                double distance = attack.ThreatModel.Distance(clean.AsSpan(i * 50, 50), found.AsSpan(i * 50, 50));
                Assert.True(distance <= attack.ThreatModel.Epsilon + 1e-6, $"{distance} > {attack.ThreatModel.Epsilon}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void BrokenImages_AreMisclassifiedAndTheOthersArent(string name, Norm norm)
    {
        using TorchNetwork network = new(Small);
        using Tensor images = Images(network, Random(40 * 50, 6, 0), 40);
        int[] labels = Predicted(network, images);

        using AttackResult result = AttackTable.Create(name, norm, Epsilon(norm)).Attack(network, images, labels, [.. Enumerable.Range(0, 40)]);

        Assert.Equal(result.Broken, labels.Zip(Predicted(network, result.Images), (label, found) => label != found));
        Assert.Contains(true, result.Broken);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void AnImageThatIsMisclassifiedAnyway_StaysAsItIs(string name, Norm norm)
    {
        using TorchNetwork network = new(Small);
        using Tensor images = Images(network, Random(4 * 50, 6, 0), 4);
        int[] labels = Predicted(network, images);
        labels[1] = (labels[1] + 1) % network.Classes;
        labels[3] = (labels[3] + 1) % network.Classes;

        using AttackResult result = AttackTable.Create(name, norm, Epsilon(norm)).Attack(network, images, labels, [0, 1, 2, 3]);

        foreach (int row in (int[])[1, 3])
        {
            using Tensor before = images.narrow(0, row, 1);
            using Tensor after = result.Images.narrow(0, row, 1);
            Assert.True(result.Broken[row]);
            Assert.Equal(Values(before), Values(after));
        }
    }

    /// <summary>In the middle of the box the nearest adversarial image is min over j of (z_y − z_j) / ‖w_y − w_j‖ away, in the dual norm.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void OnALinearClassifier_ItBreaksWhatTheClosedFormSays(string name, Norm norm)
    {
        const int images = 60, length = 24, classes = 5;
        float[][] weight = [.. Enumerable.Range(0, classes).Select(c => Random(length, 20 + c))];
        OnnxModel model = Linear([1, 4, 6], weight, Random(classes, 30, -0.05f, 0.05f));
        float[] clean = Random(images * length, 31, 0.45f, 0.55f);
        using TorchNetwork network = new(model);
        using Tensor batch = Images(network, clean, images);
        int[] labels = Predicted(network, batch);
        double[] distances = Distances(network, batch, weight, labels, norm);
        double epsilon = distances.Order().ElementAt(images / 2);
        Assert.True(norm == Norm.L1 || epsilon < 0.4);

        using AttackResult result = AttackTable.Create(name, norm, epsilon).Attack(network, batch, labels, [.. Enumerable.Range(0, images)]);

        double reach = AttackTable.Reach(name, norm);
        for (int i = 0; i < images; i++)
        {
            if (distances[i] > 1.0001 * epsilon)
                Assert.False(result.Broken[i], $"image {i} at {distances[i] / epsilon} ε was broken");
            if (distances[i] < reach * epsilon)
                Assert.True(result.Broken[i], $"image {i} at {distances[i] / epsilon} ε stood");
        }
    }

    /// <summary>With two classes the cross-entropy leads straight to the other one, so what climbs it gets as far as any attack can.</summary>
    [Theory]
    [InlineData("fgsm", Norm.Linf)]
    [InlineData("fgsm", Norm.L2)]
    [InlineData("pgd", Norm.Linf)]
    [InlineData("pgd", Norm.L2)]
    [InlineData("apgd-ce", Norm.Linf)]
    [InlineData("apgd-ce", Norm.L2)]
    public void WithTwoClasses_WhatClimbsTheCrossEntropyBreaksExactlyWhatTheClosedFormSays(string name, Norm norm)
    {
        const int images = 60, length = 24;
        float[][] weight = [Random(length, 20), Random(length, 21)];
        using TorchNetwork network = new(Linear([1, 4, 6], weight, [0.02f, -0.01f]));
        using Tensor batch = Images(network, Random(images * length, 31, 0.45f, 0.55f), images);
        int[] labels = Predicted(network, batch);
        double[] distances = Distances(network, batch, weight, labels, norm);
        double epsilon = distances.Order().ElementAt(images / 2) * 1.0005;

        using AttackResult result = AttackTable.Create(name, norm, epsilon).Attack(network, batch, labels, [.. Enumerable.Range(0, images)]);

        for (int i = 0; i < images; i++)
        {
            if (Math.Abs((distances[i] / epsilon) - 1) > 1e-4)
                Assert.True(result.Broken[i] == distances[i] < epsilon, $"image {i} at {distances[i] / epsilon} ε: broken is {result.Broken[i]}");
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void TheResult_DependsOnTheSeedButNotOnTheBatches(string name, Norm norm)
    {
        using TorchNetwork network = new(Small, options: new TorchNetworkOptions { DoublePrecision = true });
        using Tensor images = Images(network, Random(9 * 50, 7, 0), 9);
        int[] labels = Predicted(network, images);
        IAttack attack = AttackTable.Create(name, norm, 0.5 * Epsilon(norm));
        int[] indices = [.. Enumerable.Range(100, 9)];

        using AttackResult together = attack.Attack(network, images, labels, indices);
        using AttackResult again = attack.Attack(network, images, labels, indices);

        Assert.Equal(Values(together.Images), Values(again.Images));
        for (int start = 0; start < 9; start += 4)
        {
            int count = Math.Min(4, 9 - start);
            using Tensor some = images.narrow(0, start, count);
            using AttackResult apart = attack.Attack(network, some, labels[start..(start + count)], indices[start..(start + count)]);
            using Tensor expected = together.Images.narrow(0, start, count);
            Assert.Equal(together.Broken.Skip(start).Take(count), apart.Broken);
            Near(Values(expected), Values(apart.Images));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void AnAttack_LeavesNoTensorsBehind(string name, Norm norm)
    {
        using TorchNetwork network = new(Small);
        using Tensor images = Images(network, Random(10 * 50, 6, 0), 10);
        int[] labels = Predicted(network, images);
        foreach (double scale in (double[])[0.3, 3])
        {
            using DisposeScope scope = torch.NewDisposeScope();
            AttackTable.Create(name, norm, scale * Epsilon(norm)).Attack(network, images, labels, [.. Enumerable.Range(0, 10)]).Dispose();

            Assert.Equal(0, scope.DisposablesCount);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void WithoutRoom_NothingIsBroken(string name, Norm norm)
    {
        using TorchNetwork network = new(Small);
        using Tensor images = Images(network, Random(3 * 50, 6, 0), 3);

        using AttackResult result = AttackTable.Create(name, norm, 0).Attack(network, images, Predicted(network, images), [0, 1, 2]);

        Assert.DoesNotContain(true, result.Broken);
        Assert.Equal(Values(images), Values(result.Images));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Cancelling_EndsIt(string name, Norm norm)
    {
        using TorchNetwork network = new(Small);
        using Tensor images = Images(network, Random(50, 6, 0), 1);
        using CancellationTokenSource source = new();
        source.Cancel();

        Assert.Throws<OperationCanceledException>(() =>
            AttackTable.Create(name, norm, 1e-6).Run(network, images, Predicted(network, images), [0], source.Token));
    }

    internal static int[] Predicted(TorchNetwork network, Tensor images)
    {
        using Tensor logits = network.Forward(images);
        using Tensor classes = logits.argmax(1);
        return [.. classes.data<long>().Select(value => (int)value)];
    }

    /// <summary>A radius at which some but not all images of the small residual network break.</summary>
    private static double Epsilon(Norm norm) => norm switch { Norm.Linf => 0.05, Norm.L2 => 0.3, _ => 1.5 };

    private static double[] Distances(TorchNetwork network, Tensor images, float[][] weight, int[] labels, Norm norm)
    {
        using Tensor output = network.Forward(images);
        float[] logits = Values(output);
        return [.. labels.Select((label, i) => Enumerable.Range(0, weight.Length).Where(c => c != label).Min(c =>
        {
            IEnumerable<double> w = weight[label].Zip(weight[c], (a, b) => Math.Abs((double)a - b));
            double dual = norm switch { Norm.Linf => w.Sum(), Norm.L2 => Math.Sqrt(w.Sum(x => x * x)), _ => w.Max() };
            return (logits[(i * weight.Length) + label] - logits[(i * weight.Length) + c]) / dual;
        }))];
    }
}

using Gdws.Onnx;
using Gdws.Tests.Onnx;
using Gdws.Tests.Torch.Evaluation;
using Gdws.Torch;
using Gdws.Torch.Attacks;
using Gdws.Torch.Evaluation;
using TorchSharp;
using static Gdws.Tests.Torch.TorchNetworks;
using Tensor = TorchSharp.torch.Tensor;

namespace Gdws.Tests.Torch.Attacks;

public sealed class ReferencePgdTests
{
    private const int Length = 12, Hidden = 9, Classes = 4;

    private static readonly float[] _first = Random(Hidden * Length, 1, -0.6f, 0.6f);
    private static readonly float[] _second = Random(Classes * Hidden, 2, -0.9f, 0.9f);

    /// <summary>logits = V·relu(W·x), small enough to be written down by hand.</summary>
    private static OnnxModel TwoLayers => new TestNetwork(17, 0, 3, 2, 2)
        .With("w", [Hidden, Length], _first).With("v", [Classes, Hidden], _second)
        .Node("Flatten", "flat", ["images"])
        .Node("Gemm", "hidden", ["flat", "w"], n => n.With("transB", 1))
        .Node("Relu", "relu", ["hidden"])
        .Node("Gemm", "logits", ["relu", "v"], n => n.With("transB", 1))
        .Build("logits");

    [Theory]
    [InlineData(Norm.Linf, 0.1, 0.03, 7, 1)]
    [InlineData(Norm.Linf, 0.2, 0.02, 3, 3)]
    [InlineData(Norm.L2, 0.4, 0.1, 7, 1)]
    [InlineData(Norm.L2, 0.3, 0.05, 4, 3)]
    public void TheImages_AreThoseOfASlowLoop(Norm norm, double epsilon, double step, int iterations, int restarts)
    {
        const int images = 24;
        float[] clean = [.. Random(images * Length, 5, -0.2f, 1.2f).Select(value => Math.Clamp(value, 0, 1))];
        int[] labels = [.. Enumerable.Range(0, images).Select(i => i % Classes)];
        ReferencePgd attack = new(new ThreatModel(norm, epsilon)) { Step = step, Iterations = iterations, Restarts = restarts, Seed = 3 };
        using TorchNetwork network = new(TwoLayers);
        using Tensor input = Images(network, clean, images);

        using AttackResult result = attack.Attack(network, input, labels, [.. Enumerable.Range(50, images)]);

        float[] found = Values(result.Images);
        for (int i = 0; i < images; i++)
        {
            double[] image = [.. clean.Skip(i * Length).Take(Length).Select(value => (double)value)];
            double[] expected = SlowLoop(attack, image, labels[i], 50 + i, images);
            Near([.. expected.Select(value => (float)value)], found[(i * Length)..((i + 1) * Length)], 2e-5);
            Assert.Equal(Predicted(expected) != labels[i], result.Broken[i]);
        }

        Assert.Contains(true, result.Broken);
        Assert.Contains(false, result.Broken);
    }

    [Theory]
    [InlineData(Norm.Linf, 6)]
    [InlineData(Norm.L2, 3.1622776601683795)]
    public void OnALinearClassifier_AnImageBreaksExactlyBeyondItsDistance(Norm norm, double dualNorm)
    {
        // Two logits that differ by w·x + b = 0.1 times the dual norm of w: the image breaks where ε passes 0.1.
        float[] weight = [2, -1, 1, 2];
        float[] image = [0.4f, 0.5f, 0.5f, 0.3f];
        float bias = (float)((0.1 * dualNorm) - image.Zip(weight, (x, w) => x * w).Sum());
        using TorchNetwork network = new(Linear([1, 1, 4], [[1, -0.5f, 0.5f, 1], [-1, 0.5f, -0.5f, -1]], [bias, 0]));
        using Tensor images = Images(network, image, 1);

        foreach ((double epsilon, bool isBroken) in ((double, bool)[])[(0.0999, false), (0.1001, true)])
        {
            ReferencePgd attack = new(new ThreatModel(norm, epsilon)) { Step = epsilon / 4, Iterations = 60 };
            using AttackResult result = attack.Attack(network, images, [0], [0]);
            Assert.Equal(isBroken, result.Broken[0]);
        }
    }

    /// <summary>
    /// Class 0 between 0.4 and 0.6 only. All images are 0.55 and of class 1, so wrong; a large step up that class's loss leads past the middle and
    /// out on the other side, where the network is right.
    /// </summary>
    [Fact]
    public void WrongImages_AreAttackedTooAndCountWhereTheyTurnRight()
    {
        OnnxModel model = new TestNetwork(17, 0, 1, 1, 1)
            .With("w", [2, 1], [1, -1]).With("b", [2], [-0.5f, 0.5f]).With("v", [2, 2], [-1, -1, 0, 0]).With("c", [2], [0.1f, 0])
            .Node("Flatten", "flat", ["images"])
            .Node("Gemm", "sides", ["flat", "w", "b"], n => n.With("transB", 1))
            .Node("Relu", "distance", ["sides"])
            .Node("Gemm", "logits", ["distance", "v", "c"], n => n.With("transB", 1))
            .Build("logits");
        RobustnessEvaluationTests.MemoryDataset data = new([.. Enumerable.Repeat(0.55f, 40)], [.. Enumerable.Repeat(1, 40)]);
        ThreatModel threat = new(Norm.Linf, 0.3);
        RobustnessEvaluation evaluation = new()
        {
            BatchSize = 16,
            Attacks = [new ReferencePgd(threat) { Step = 0.2, Iterations = 1 }, new PgdAttack(threat) { Step = 0.2, Iterations = 1 }],
        };

        using TorchNetwork network = new(model);
        EvaluationResult result = evaluation.Evaluate(network, data);

        Assert.Equal(0, result.Natural.Correct);
        Assert.Equal([40, 0], result.Robust.Select(robust => robust.Attacked));
        Assert.InRange(result.Robust[0].Correct, 1, 39);
        Assert.Equal(0, result.Robust[1].Correct);
    }

    [Theory]
    [InlineData(Norm.Linf, 0.3)]
    [InlineData(Norm.L2, 1)]
    public void WhatItMakes_IsInsideBallAndBox(Norm norm, double epsilon)
    {
        ThreatModel model = new(norm, epsilon);
        float[] clean = [.. Random(30 * Length, 9, -0.3f, 1.3f).Select(value => Math.Clamp(value, 0, 1))];
        using TorchNetwork network = new(TwoLayers);
        using Tensor images = Images(network, clean, 30);

        using AttackResult result = new ReferencePgd(model) { Step = epsilon, Restarts = 2 }.Attack(network, images, new int[30], [.. Enumerable.Range(0, 30)]);

        float[] found = Values(result.Images);
        Assert.All(found, value => Assert.InRange(value, 0, 1));
        for (int i = 0; i < 30; i++)
            Assert.True(model.Distance(clean.AsSpan(i * Length, Length), found.AsSpan(i * Length, Length)) <= epsilon + 1e-6);
    }

    [Fact]
    public void TheSeed_DecidesEverything()
    {
        using TorchNetwork network = new(TwoLayers);
        using Tensor images = Images(network, Random(5 * Length, 8, 0), 5);
        ReferencePgd attack = new(new ThreatModel(Norm.L2, 0.01)) { Iterations = 1, Step = 0.001 };

        using AttackResult first = attack.Attack(network, images, [0, 1, 2, 3, 0], [0, 1, 2, 3, 4]);
        using AttackResult again = attack.Attack(network, images, [0, 1, 2, 3, 0], [0, 1, 2, 3, 4]);
        using AttackResult other = (attack with { Seed = 1 }).Attack(network, images, [0, 1, 2, 3, 0], [0, 1, 2, 3, 4]);

        Assert.Equal(Values(first.Images), Values(again.Images));
        Assert.NotEqual(Values(first.Images), Values(other.Images));
    }

    [Fact]
    public void AnAttack_LeavesNoTensorsBehind()
    {
        using TorchNetwork network = new(TwoLayers);
        using Tensor images = Images(network, Random(5 * Length, 8, 0), 5);
        foreach (Norm norm in (Norm[])[Norm.Linf, Norm.L2])
        {
            using DisposeScope scope = torch.NewDisposeScope();
            new ReferencePgd(new ThreatModel(norm, 0.1)) { Restarts = 3 }.Attack(network, images, [0, 1, 2, 3, 0], [0, 1, 2, 3, 4]).Dispose();

            Assert.Equal(0, scope.DisposablesCount);
        }
    }

    [Fact]
    public void AnImpossibleConfiguration_IsRefused()
    {
        ThreatModel model = new(Norm.Linf, 0.1);
        Assert.Throws<GdwsException>(() => new ReferencePgd(new ThreatModel(Norm.L1, 1)));
        Assert.Throws<GdwsException>(() => new ReferencePgd(model) { Step = 0 });
        Assert.Throws<GdwsException>(() => new ReferencePgd(model) { Iterations = 0 });
        Assert.Throws<GdwsException>(() => new ReferencePgd(model) { Restarts = 0 });
    }

    /// <summary>The public code's loop for one image of a batch, in double precision and with the gradient worked out by hand.</summary>
    private static double[] SlowLoop(ReferencePgd attack, double[] image, int label, int index, int batch)
    {
        double epsilon = attack.ThreatModel.Epsilon, largest = 0;
        double[] kept = new double[Length];
        for (int restart = 0; restart < attack.Restarts; restart++)
        {
            double[] delta = Noise(attack, index, restart);
            Box(delta);
            for (int iteration = 0; iteration < attack.Iterations; iteration++)
            {
                double[] gradient = [.. Look(At(delta), label).Gradient.Select(value => value / batch)];
                if (attack.ThreatModel.Norm == Norm.Linf)
                {
                    for (int i = 0; i < Length; i++)
                        delta[i] = Math.Clamp(delta[i] + (attack.Step * Math.Sign(gradient[i])), -epsilon, epsilon);
                }
                else
                {
                    double length = Math.Sqrt(gradient.Sum(value => value * value)) + 1e-10;
                    for (int i = 0; i < Length; i++)
                        delta[i] += attack.Step * gradient[i] / length;
                    double size = Math.Sqrt(delta.Sum(value => value * value));
                    for (int i = 0; i < Length && size > epsilon; i++)
                        delta[i] *= epsilon / (size + 1e-7);
                }

                Box(delta);
            }

            double loss = Look(At(delta), label).Loss;
            if (loss >= largest)
                (kept, largest) = (delta, loss);
        }

        return [.. At(kept).Select(value => Math.Clamp(value, 0, 1))];

        double[] At(double[] delta) => [.. image.Zip(delta, (x, d) => x + d)];

        void Box(double[] delta)
        {
            for (int i = 0; i < Length; i++)
                delta[i] = Math.Clamp(delta[i], -image[i], 1 - image[i]);
        }
    }

    private static double[] Noise(ReferencePgd attack, int index, int restart)
    {
        ImageRandom random = new(attack.Seed, index, restart);
        double epsilon = attack.ThreatModel.Epsilon;
        double[] noise = new double[Length];
        for (int i = 0; i < Length; i++)
            noise[i] = attack.ThreatModel.Norm == Norm.Linf ? ((2 * random.Uniform()) - 1) * epsilon : random.Normal();
        if (attack.ThreatModel.Norm == Norm.Linf)
            return noise;
        double scale = random.Uniform() * epsilon / Math.Sqrt(noise.Sum(value => value * value));
        return [.. noise.Select(value => value * scale)];
    }

    private static (double[] Logits, double Loss, double[] Gradient) Look(double[] x, int label)
    {
        double[] hidden = [.. Enumerable.Range(0, Hidden).Select(h => Math.Max(0, Enumerable.Range(0, Length).Sum(i => _first[(h * Length) + i] * x[i])))];
        double[] logits = [.. Enumerable.Range(0, Classes).Select(c => Enumerable.Range(0, Hidden).Sum(h => _second[(c * Hidden) + h] * hidden[h]))];
        double sum = logits.Sum(Math.Exp);
        double[] error = [.. logits.Select((z, c) => (Math.Exp(z) / sum) - (c == label ? 1 : 0))];
        double[] back = [.. Enumerable.Range(0, Hidden).Select(h => hidden[h] > 0 ? Enumerable.Range(0, Classes).Sum(c => error[c] * _second[(c * Hidden) + h]) : 0)];
        return (logits, Math.Log(sum) - logits[label], [.. Enumerable.Range(0, Length).Select(i => Enumerable.Range(0, Hidden).Sum(h => back[h] * _first[(h * Length) + i]))]);
    }

    private static int Predicted(double[] x)
    {
        double[] logits = Look(x, 0).Logits;
        return Array.IndexOf(logits, logits.Max());
    }
}

using Gdws.Onnx;
using Gdws.Tests.Onnx;
using Gdws.Torch;
using Gdws.Torch.Attacks;
using static Gdws.Tests.Torch.TorchNetworks;
using Tensor = TorchSharp.torch.Tensor;

namespace Gdws.Tests.Torch.Attacks;

/// <summary>Attacks against the worst case, known in closed form or by trying everything.</summary>
public sealed class WorstCaseTests
{
    private const int Length = 8;
    private const int Classes = 5;
    private const int Images = 48;

    public static TheoryData<string, Norm> ByTheCrossEntropy => Table("pgd", "apgd-ce");

    public static TheoryData<string, Norm> ByTheLogits => Table("apgd-dlr", "apgd-t", "fab", "fab-t", "autoattack");

    public static TheoryData<Norm> Norms => [.. Enum.GetValues<Norm>()];

    /// <summary>
    /// The cross-entropy of a linear classifier is convex, so its maximum is on a corner of the ball (linf: all signs, l1: one value), or where the sphere's
    /// normal is the gradient (l2). The corner with the largest cross-entropy isn't always the one that is misclassified: with more than two classes what climbs
    /// the cross-entropy must break the images whose worst corner in that sense is misclassified, and may break others on its way.
    /// <para>
    /// Auto-PGD on l1, as published, changes at least two values: it rounds the number that it changes up, so from two it gets to two. Its corners are pairs.
    /// </para>
    /// </summary>
    [Theory]
    [MemberData(nameof(ByTheCrossEntropy))]
    public void WhatClimbsTheCrossEntropy_BreaksEveryImageThatItsMaximumBreaks(string name, Norm norm)
    {
        using Linear5 linear = new(norm);
        bool[] broken = linear.Attack(name);
        int certain = 0;
        for (int i = 0; i < Images; i++)
        {
            (double loss, double margin) = linear.LargestCrossEntropy(i, inPairs: name == "apgd-ce");
            Assert.False(broken[i] && linear.Distance(i) > 1.0001 * linear.Epsilon, $"image {i} at {linear.Distance(i) / linear.Epsilon} ε was broken");
            if (margin < -1e-3 * linear.Epsilon)
            {
                certain++;
                Assert.True(broken[i], $"image {i}: a cross-entropy of {loss} has the margin {margin}, but the image stood");
            }
        }

        Assert.InRange(certain, Images / 6, Images - 6);
    }

    [Theory]
    [MemberData(nameof(ByTheLogits))]
    public void WhatComparesLogits_BreaksExactlyWhatTheClosedFormSays(string name, Norm norm)
    {
        using Linear5 linear = new(norm);
        bool[] broken = linear.Attack(name);
        for (int i = 0; i < Images; i++)
        {
            double least = linear.Distance(i) / linear.Epsilon, reached = linear.Distance(i, inPairs: name.StartsWith("apgd", StringComparison.Ordinal)) / linear.Epsilon;
            Assert.True(least < 1.0001 || !broken[i], $"image {i} at {least} ε was broken");
            Assert.True(reached > 0.998 || broken[i], $"image {i} at {reached} ε stood");
        }
    }

    /// <summary>One step along the gradient at the image itself: nothing is left to chance.</summary>
    [Theory]
    [MemberData(nameof(Norms))]
    public void Fgsm_BreaksExactlyWhatItsOneStepBreaks(Norm norm)
    {
        using Linear5 linear = new(norm);
        bool[] broken = linear.Attack("fgsm");
        Assert.Equal([.. Enumerable.Range(0, Images).Select(image => linear.MarginAfterOneStep(image) < 0)], broken);
        Assert.Contains(true, broken);
        Assert.Contains(false, broken);
    }

    /// <summary>For linf every value of the worst corner is ±ε by itself, so a random search that has time enough finds it.</summary>
    [Fact]
    public void Square_FindsTheWorstCorner()
    {
        using Linear5 linear = new(Norm.Linf);
        bool[] broken = linear.Attack(new SquareAttack(new ThreatModel(Norm.Linf, linear.Epsilon)) { Iterations = 1500 });
        for (int i = 0; i < Images; i++)
        {
            double distance = linear.Distance(i) / linear.Epsilon;
            Assert.True(Math.Abs(distance - 1) < 1e-4 || broken[i] == distance < 1, $"image {i} at {distance} ε: broken is {broken[i]}");
        }
    }

    /// <summary>Two pixels: every place of ball and box is tried, a hundred thousand of them.</summary>
    [Theory]
    [MemberData(nameof(Norms))]
    public void OnTinyNetworks_AutoAttackBreaksWhatTryingEverythingBreaks(Norm norm)
    {
        double epsilon = norm switch { Norm.Linf => 0.12, Norm.L2 => 0.15, _ => 0.2 };
        int broken = 0, all = 0;
        for (int seed = 1; seed <= 4; seed++)
        {
            using TorchNetwork network = new(TwoPixels(seed));
            float[] pixels = Random(2 * 24, 70 + seed, 0, 1);
            using Tensor images = Images2(network, pixels);
            int[] labels = AttackTests.Predicted(network, images);
            using AttackResult result = AttackTable.Create("autoattack", norm, epsilon).Attack(network, images, labels, [.. Enumerable.Range(0, 24)]);
            for (int i = 0; i < 24; i++)
            {
                bool least = IsBreakable(network, pixels.AsSpan(2 * i, 2), labels[i], norm, 0.97 * epsilon);
                bool most = IsBreakable(network, pixels.AsSpan(2 * i, 2), labels[i], norm, 1.001 * epsilon);
                Assert.True(!least || result.Broken[i], $"seed {seed}, image {i} stood, but a place within 0.97 ε breaks it");
                Assert.True(most || !result.Broken[i], $"seed {seed}, image {i} was broken, but no place within ε breaks it");
                broken += result.Broken[i] ? 1 : 0;
                all++;
            }
        }

        Assert.InRange(broken, all / 6, all - (all / 6));
    }

    private static TheoryData<string, Norm> Table(params string[] names)
    {
        TheoryData<string, Norm> table = [];
        foreach (string name in names)
        {
            foreach (Norm norm in Enum.GetValues<Norm>())
                table.Add(name, norm);
        }

        return table;
    }

    private static OnnxModel TwoPixels(int seed) => new TestNetwork(17, 0, 1, 1, 2)
        .With("w1", [10, 2], Random(20, seed, -4, 4)).With("b1", [10], Random(10, 10 + seed, -1.5f, 1.5f))
        .With("w2", [4, 10], Random(40, 20 + seed, -2, 2)).With("b2", [4], Random(4, 30 + seed, -0.5f, 0.5f))
        .Node("Flatten", "flat", ["images"])
        .Node("Gemm", "h", ["flat", "w1", "b1"], n => n.With("transB", 1))
        .Node("Relu", "r", ["h"])
        .Node("Gemm", "logits", ["r", "w2", "b2"], n => n.With("transB", 1))
        .Build("logits");

    private static Tensor Images2(TorchNetwork network, float[] pixels) => TorchNetworks.Images(network, pixels, pixels.Length / 2);

    private static bool IsBreakable(TorchNetwork network, ReadOnlySpan<float> image, int label, Norm norm, double epsilon)
    {
        const int side = 161;
        List<float> places = [];
        for (int a = 0; a < side; a++)
        {
            for (int b = 0; b < side; b++)
            {
                double x = epsilon * ((2.0 * a / (side - 1)) - 1), y = epsilon * ((2.0 * b / (side - 1)) - 1);
                double size = norm switch { Norm.Linf => Math.Max(Math.Abs(x), Math.Abs(y)), Norm.L2 => Math.Sqrt((x * x) + (y * y)), _ => Math.Abs(x) + Math.Abs(y) };
                float px = (float)(image[0] + x), py = (float)(image[1] + y);
                if (size <= epsilon && px is >= 0 and <= 1 && py is >= 0 and <= 1)
                    places.AddRange([px, py]);
            }
        }

        using Tensor images = Images2(network, [.. places]);
        return AttackTests.Predicted(network, images).Any(found => found != label);
    }

    /// <summary>Five linear classes of eight values, and images in the middle of the box, so that its walls are out of reach.</summary>
    private sealed class Linear5 : IDisposable
    {
        private readonly Norm _norm;
        private readonly float[][] _weight = [.. Enumerable.Range(0, Classes).Select(c => Random(Length, 40 + c))];
        private readonly float[] _bias = Random(Classes, 50, -0.05f, 0.05f);
        private readonly float[] _pixels = Random(Images * Length, 51, 0.45f, 0.55f);
        private readonly TorchNetwork _network;
        private readonly int[] _labels;

        public Linear5(Norm norm)
        {
            _norm = norm;
            _network = new TorchNetwork(Linear([1, 2, 4], _weight, _bias));
            using Tensor images = TorchNetworks.Images(_network, _pixels, Images);
            _labels = AttackTests.Predicted(_network, images);
            Epsilon = Enumerable.Range(0, Images).Select(image => Distance(image)).Order().ElementAt(Images / 2) * 1.0005;
            Assert.True(Epsilon < 0.4);
        }

        public double Epsilon { get; }

        public bool[] Attack(string name) => Attack(AttackTable.Create(name, _norm, Epsilon));

        public bool[] Attack(IAttack attack)
        {
            using Tensor images = TorchNetworks.Images(_network, _pixels, Images);
            using AttackResult result = attack.Attack(_network, images, _labels, [.. Enumerable.Range(0, Images)]);
            return [.. result.Broken];
        }

        /// <summary>min over j of (z_y − z_j) / ‖w_y − w_j‖ in the dual norm; for l1 the largest weight, or where two values must change by as much the mean of two.</summary>
        public double Distance(int image, bool inPairs = false)
        {
            double[] logits = Logits(image, new double[Length]);
            int y = _labels[image];
            return Enumerable.Range(0, Classes).Where(c => c != y).Min(c =>
            {
                double[] w = [.. _weight[y].Zip(_weight[c], (a, b) => Math.Abs((double)a - b))];
                double dual = _norm switch { Norm.Linf => w.Sum(), Norm.L2 => Math.Sqrt(w.Sum(x => x * x)), _ => w.OrderDescending().Take(inPairs ? 2 : 1).Average() };
                return (logits[y] - logits[c]) / dual;
            });
        }

        /// <summary>The largest cross-entropy in the ball, and the right logit less the best other one there.</summary>
        public (double Loss, double Margin) LargestCrossEntropy(int image, bool inPairs) =>
            Candidates(image, inPairs).Select(change => Judge(image, change)).MaxBy(found => found.Loss);

        public double MarginAfterOneStep(int image)
        {
            double[] gradient = Gradient(image, new double[Length]);
            int largest = Array.IndexOf(gradient, gradient.MaxBy(Math.Abs));
            return Judge(image, _norm switch
            {
                Norm.Linf => Change(i => Epsilon * Math.Sign(gradient[i])),
                Norm.L2 => Scaled(gradient),
                _ => Change(i => i == largest ? Epsilon * Math.Sign(gradient[i]) : 0),
            }).Margin;
        }

        public void Dispose() => _network.Dispose();

        private IEnumerable<double[]> Candidates(int image, bool inPairs) => _norm switch
        {
            Norm.L1 when inPairs =>
                from first in Enumerable.Range(0, 2 * Length)
                from second in Enumerable.Range(0, first)
                where first / 2 != second / 2
                select Change(i => i == first / 2 ? Side(first) / 2 : i == second / 2 ? Side(second) / 2 : 0),
            Norm.Linf => Enumerable.Range(0, 1 << Length).Select(corner => Change(i => (corner & (1 << i)) == 0 ? Epsilon : -Epsilon)),
            Norm.L1 => Enumerable.Range(0, 2 * Length).Select(corner => Change(i => i == corner / 2 ? Side(corner) : 0)),
            _ => Enumerable.Range(0, 40).Select(start => Climb(image, start)),
        };

        private double Side(int corner) => corner % 2 == 0 ? Epsilon : -Epsilon;

        private static double[] Change(Func<int, double> value) => [.. Enumerable.Range(0, Length).Select(value)];

        /// <summary>On the sphere the maximum is a fixed point of x ← ε·gradient/‖gradient‖, which never lowers a convex function.</summary>
        private double[] Climb(int image, int start)
        {
            double[] change = Scaled([.. Random(Length, 100 + start).Select(value => (double)value)]);
            for (int round = 0; round < 300; round++)
                change = Scaled(Gradient(image, change));
            return change;
        }

        private double[] Gradient(int image, double[] change)
        {
            double[] p = Softmax(Logits(image, change));
            p[_labels[image]] -= 1;
            return Change(i => Enumerable.Range(0, Classes).Sum(c => p[c] * _weight[c][i]));
        }

        private double[] Scaled(double[] direction)
        {
            double length = Math.Sqrt(direction.Sum(value => value * value));
            return [.. direction.Select(value => value * Epsilon / length)];
        }

        private (double Loss, double Margin) Judge(int image, double[] change)
        {
            double[] logits = Logits(image, change);
            int y = _labels[image];
            return (-Math.Log(Softmax(logits)[y]), logits[y] - Enumerable.Range(0, Classes).Where(c => c != y).Max(c => logits[c]));
        }

        private double[] Logits(int image, double[] change) =>
            [.. _weight.Select((row, c) => _bias[c] + Enumerable.Range(0, Length).Sum(i => row[i] * (_pixels[(image * Length) + i] + change[i])))];

        private static double[] Softmax(double[] logits)
        {
            double largest = logits.Max();
            double[] powers = [.. logits.Select(value => Math.Exp(value - largest))];
            double sum = powers.Sum();
            return [.. powers.Select(value => value / sum)];
        }
    }
}

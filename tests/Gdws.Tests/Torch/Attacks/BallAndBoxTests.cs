using CsCheck;
using Gdws.Torch;
using Gdws.Torch.Attacks;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Gdws.Tests.Torch.Attacks;

/// <summary>The projections are onto the set (inside, unchanged when inside) and nearest (no point of the set is nearer).</summary>
public sealed class BallAndBoxTests
{
    private static readonly Gen<(double[] V, double[] Clean, double Epsilon)> _cases =
        from length in Gen.Int[1, 12]
        from v in Gen.OneOf(Gen.Double[-2, 2], Gen.OneOf(Gen.Const(0.0), Gen.Const(0.5), Gen.Const(-0.5), Gen.Const(1.0))).Array[length]
        from clean in Gen.OneOf(Gen.Double[0, 1], Gen.OneOf(Gen.Const(0.0), Gen.Const(1.0), Gen.Const(0.5))).Array[length]
        from epsilon in Gen.OneOf(Gen.Double[0.01, 3], Gen.OneOf(Gen.Const(0.0), Gen.Const(0.5), Gen.Const(1e-9), Gen.Const(100.0)))
        select (v, clean, epsilon);

    public BallAndBoxTests() => TorchRuntime.Initialize();

    [Theory]
    [InlineData(Norm.L2)]
    [InlineData(Norm.L1)]
    public void TheProjection_IsInsideBallAndBox(Norm norm) => _cases.Sample(c =>
    {
        double[] p = Project(norm, c.V, c.Clean, c.Epsilon);

        Assert.True(Length(norm, p) <= c.Epsilon + 1e-12);
        for (int i = 0; i < p.Length; i++)
            Assert.InRange(c.Clean[i] + p[i], -1e-15, 1 + 1e-15);
    });

    [Theory]
    [InlineData(Norm.L2)]
    [InlineData(Norm.L1)]
    public void ProjectingTwice_ChangesNothing(Norm norm) => _cases.Sample(c =>
    {
        double[] once = Project(norm, c.V, c.Clean, c.Epsilon);
        double[] twice = Project(norm, once, c.Clean, c.Epsilon);

        for (int i = 0; i < once.Length; i++)
            Assert.True(Math.Abs(once[i] - twice[i]) < 1e-9);
    });

    /// <summary>p is nearest to v in a convex set exactly when ⟨v − p, q − p⟩ ≤ 0 for every q of the set; the left side is largest at a corner.</summary>
    [Theory]
    [InlineData(Norm.L2)]
    [InlineData(Norm.L1)]
    public void NoPointOfTheSet_IsNearer(Norm norm) => Gen.Select(_cases, Gen.Int[0, 100_000]).Sample((c, seed) =>
    {
        double[] p = Project(norm, c.V, c.Clean, c.Epsilon);
        Random random = new(seed);
        for (int trial = 0; trial < 30; trial++)
        {
            double[] direction = [.. c.V.Select((v, i) => trial == 0 ? v - p[i] : (random.NextDouble() * 4) - 2)];
            double[] q = Project(norm, direction, c.Clean, c.Epsilon);
            double product = q.Select((value, i) => (c.V[i] - p[i]) * (value - p[i])).Sum();
            Assert.True(product <= 1e-9, $"⟨v − p, q − p⟩ = {product}");
        }
    });

    /// <summary>The same against points that don't come from the projection itself: the best answer of a fine search over one multiplier.</summary>
    [Theory]
    [InlineData(Norm.L2)]
    [InlineData(Norm.L1)]
    public void TheDistance_IsThatOfABruteForceSearch(Norm norm) => _cases.Where(c => c.Epsilon is > 0.01 and < 10).Sample(
        c =>
        {
            double found = Distance(Project(norm, c.V, c.Clean, c.Epsilon), c.V);
            double best = double.PositiveInfinity;
            for (double multiplier = 0; multiplier <= 1; multiplier += 0.0005)
            {
                double[] q = [.. c.V.Select((v, i) => Math.Clamp(
                    norm == Norm.L2 ? v * multiplier : Math.Sign(v) * Math.Max(Math.Abs(v) - (2 * multiplier), 0), -c.Clean[i], 1 - c.Clean[i]))];
                if (Length(norm, q) <= c.Epsilon)
                    best = Math.Min(best, Distance(q, c.V));
            }

            Assert.InRange(found, best - 0.02, best + 1e-9);
        },
        iter: 50);

    [Theory]
    [InlineData(new[] { -1, -6.048e-21 }, new[] { 0.5, 1.0 }, new[] { -0.5, 0 })]
    [InlineData(new[] { 0, -2.7e-11, 1 }, new[] { 0.2, 1.0, 0.5 }, new[] { 0, -1.35e-11, 0.5 })]
    [InlineData(new[] { 1, 1e-200 }, new[] { 0.5, 0.5 }, new[] { 0.5, 0 })]
    public void AValueThatReachesTheBoxJustWhereTheBallEnds_KeepsItsSize(double[] v, double[] clean, double[] expected)
    {
        double[] projected = Project(Norm.L2, v, clean, 0.5);

        Assert.All(expected.Zip(projected), pair => Assert.Equal(pair.First, pair.Second, 1e-10));
    }

    [Fact]
    public void WhereTheL1NormIsFlatAtTheRadius_TheProjectionStaysInside()
    {
        double[] projected = Project(Norm.L1, [1, -2.0 / 45, -9.303e-58], [0.5, 1.0 / 13, 6.586e-8], 0.5);

        Assert.All(new[] { 0.5, 0, 0 }.Zip(projected), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
    }

    [Fact]
    public void ALargeImage_IsProjectedRowByRow()
    {
        double[] first = [.. TorchNetworks.Random(3000, 1).Select(v => (double)v)];
        double[] second = [.. TorchNetworks.Random(3000, 2, -3, 3).Select(v => (double)v)];
        double[] clean = [.. TorchNetworks.Random(6000, 3, 0, 1).Select(v => (double)v)];
        foreach (Norm norm in (Norm[])[Norm.L2, Norm.L1])
        {
            double[] together = Project(norm, [.. first, .. second], clean, 5, rows: 2);
            Assert.Equal(Project(norm, first, clean[..3000], 5), together[..3000]);
            Assert.Equal(Project(norm, second, clean[3000..], 5), together[3000..]);
            Assert.Equal(5, Length(norm, together[3000..]), 1e-10);
        }
    }

    [Fact]
    public void RoundingNeverLeavesTheBall() => Gen.Select(Gen.Float[0, 1], Gen.Double[-0.1, 0.1]).Sample((clean, change) =>
    {
        using Tensor image = torch.tensor([clean]);
        using Tensor perturbation = torch.tensor([change]);
        using Tensor sum = BallAndBox.Add(image, perturbation);
        double moved = Math.Abs((double)sum.item<float>() - clean);

        Assert.True(moved <= Math.Abs(change));
        Assert.True(moved >= Math.Abs(change) - 2e-7);
    });

    private static double[] Project(Norm norm, double[] v, double[] clean, double epsilon, int rows = 1)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor value = torch.tensor(v).reshape(rows, -1);
        Tensor image = torch.tensor(clean).reshape(rows, -1);
        Tensor projected = norm == Norm.L2 ? BallAndBox.ProjectL2(value, -image, 1 - image, epsilon) : BallAndBox.ProjectL1(value, -image, 1 - image, epsilon);
        return [.. projected.data<double>()];
    }

    private static double Length(Norm norm, double[] p) => norm == Norm.L2 ? Math.Sqrt(p.Sum(x => x * x)) : p.Sum(Math.Abs);

    private static double Distance(double[] p, double[] q) => Math.Sqrt(p.Zip(q, (a, b) => (a - b) * (a - b)).Sum());
}

using CsCheck;
using Gdws.Decomposition;

namespace Gdws.Tests.Decomposition;

public sealed class CurveAllocationTests
{
    private static readonly Gen<CurvedLayer> _layer =
        from start in Gen.Double[0.1, 10]
        from rate in Gen.Double[0.3, 0.9]
        from most in Gen.Int[3, 12]
        from cost in Gen.Long[1, 9]
        from weight in Gen.Double[0.1, 5]
        select new CurvedLayer
        {
            Curve = new ErrorCurve([.. Enumerable.Range(1, most)], [.. Enumerable.Range(1, most).Select(g => start * Math.Pow(rate, g))]),
            CostPerKernel = cost,
            Weight = weight,
        };

    [Fact]
    public void OnConvexCurves_NoChoiceWithinTheBudgetIsBetterByMoreThanOneKernel() => (
        from layers in _layer.Array[3]
        from share in Gen.Double[0.05, 0.95]
        select (layers, share)).Sample(
        pair =>
        {
            CurvedLayer[] layers = pair.layers;
            long most = layers.Sum(layer => layer.CostPerKernel * layer.Curve.Most);
            long budget = Math.Max((long)CurveAllocation.LeastCost(layers), (long)(pair.share * most));

            IReadOnlyList<int?> chosen = CurveAllocation.Select(layers, budget);

            Assert.True(Cost(layers, chosen) <= budget);

            // The price's own optimum may leave up to one kernel's cost unspent; with so much less money nobody does better.
            long slack = budget - Cost(layers, chosen);
            double best = BruteForce(layers, budget - Math.Max(slack, layers.Max(layer => layer.CostPerKernel)));
            Assert.True(Error(layers, chosen) <= best * (1 + 1e-9));
        },
        iter: 200);

    [Fact]
    public void WhereDenseIsCheap_ALayerStaysDense()
    {
        CurvedLayer layer = new()
        {
            Curve = new ErrorCurve([1, 2, 3], [4, 2, 1]),
            CostPerKernel = 10,
            DenseCost = 25,
        };

        Assert.Null(CurveAllocation.Select([layer], 25)[0]);
        Assert.Equal(2, CurveAllocation.Select([layer], 24)[0]);
    }

    [Fact]
    public void KernelsComeInMultiples()
    {
        CurvedLayer layer = new()
        {
            Curve = new ErrorCurve([1, 40], [100, 0.1]),
            CostPerKernel = 1,
            RoundTo = 8,
        };

        for (long budget = 8; budget <= 50; budget++)
            Assert.Equal((int)Math.Min(40, budget / 8 * 8), CurveAllocation.Select([layer], budget)[0]);
    }

    [Fact]
    public void ABudgetThatCantBeMet_IsRefusedWithTheLeast()
    {
        CurvedLayer layer = new() { Curve = new ErrorCurve([4, 9], [2, 1]), CostPerKernel = 10 };

        Assert.Contains("40", Assert.Throws<GdwsException>(() => CurveAllocation.Select([layer], 39)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BetweenKnownPoints_TheLogarithmOfTheErrorIsLinear()
    {
        ErrorCurve curve = new([2, 4, 8], [100, 1, 1]);

        Assert.Equal(10, curve.At(3), 1e-9);
        Assert.Equal(100, curve.At(0));
        Assert.Equal(1, curve.At(6), 1e-9);
        Assert.Equal(1, curve.At(99));
    }

    [Theory]
    [InlineData(new[] { 1, 1 }, new[] { 2.0, 1 })]
    [InlineData(new[] { 1, 2 }, new[] { 2.0, -1 })]
    [InlineData(new[] { 1, 2 }, new[] { 2.0, double.NaN })]
    [InlineData(new[] { 1, 2 }, new[] { 2.0 })]
    [InlineData(new int[0], new double[0])]
    public void ACurveThatIsNone_IsRefused(int[] kernels, double[] errors) => Assert.Throws<ArgumentException>(() => new ErrorCurve(kernels, errors));

    private static long Cost(CurvedLayer[] layers, IReadOnlyList<int?> chosen) => layers.Zip(chosen).Sum(pair => pair.First.Cost(pair.Second));

    private static double Error(CurvedLayer[] layers, IReadOnlyList<int?> chosen) => layers.Zip(chosen).Sum(pair => pair.First.Error(pair.Second));

    private static double BruteForce(CurvedLayer[] layers, long budget)
    {
        double best = double.PositiveInfinity;
        for (int a = 1; a <= layers[0].Curve.Most; a++)
        {
            for (int b = 1; b <= layers[1].Curve.Most; b++)
            {
                for (int c = 1; c <= layers[2].Curve.Most; c++)
                {
                    if (Cost(layers, [a, b, c]) <= budget)
                        best = Math.Min(best, Error(layers, [a, b, c]));
                }
            }
        }

        return best;
    }
}

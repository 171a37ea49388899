using CsCheck;
using Gdws.Decomposition;

namespace Gdws.Tests.Decomposition;

public sealed class RectifiedNormalTests
{
    [Fact]
    public void TheMean_IsTheIntegral()
    {
        Gen.Double[-3, 3].Select(Gen.Double[-8, 8]).Sample(
            (gamma, beta) => Assert.Equal(Integral(gamma, beta), RectifiedNormal.Mean(gamma, beta), 1e-7), iter: 50);
    }

    [Theory]
    [InlineData(0, 0.3, 0.3)]
    [InlineData(0, -0.3, 0)]
    [InlineData(1e-12, 5, 5)]
    [InlineData(1e-12, -5, 0)]
    [InlineData(1, 0, 0.3989422804014327)]
    [InlineData(-2, 0, 0.7978845608028654)]
    public void TheMean_HoldsAtTheEnds(double gamma, double beta, double expected) => Assert.Equal(expected, RectifiedNormal.Mean(gamma, beta), 1e-12);

    [Fact]
    public void TheMean_IsThatOfDrawnNumbers()
    {
        Random random = new(7);
        double sum = 0;
        for (int i = 0; i < 400_000; i++)
        {
            double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            sum += Math.Max(0, -0.4 + (1.3 * normal));
        }

        // The mean's own deviation is about 0.001.
        Assert.Equal(sum / 400_000, RectifiedNormal.Mean(1.3, -0.4), 0.006);
    }

    /// <summary>∫ max(0, β + γ n) φ(n) dn by the midpoint rule.</summary>
    private static double Integral(double gamma, double beta)
    {
        const int steps = 200_000;
        const double end = 12;
        double sum = 0, width = 2 * end / steps;
        for (int i = 0; i < steps; i++)
        {
            double n = -end + ((i + 0.5) * width);
            sum += Math.Max(0, beta + (gamma * n)) * Math.Exp(-n * n / 2) * width;
        }

        return sum / Math.Sqrt(2 * Math.PI);
    }
}

using CsCheck;
using Gdws.Cli.Reports;

namespace Gdws.Tests.Cli.Reports;

public sealed class WilsonIntervalTests
{
    /// <summary>Figures worked out apart from this code.</summary>
    [Theory]
    [InlineData(0, 10, 0, 27.7533)]
    [InlineData(10, 10, 72.2467, 100)]
    [InlineData(5, 10, 23.6593, 76.3407)]
    [InlineData(81, 100, 72.2212, 87.4852)]
    public void ItIsTheScoreInterval(int correct, int images, double low, double high)
    {
        WilsonInterval interval = WilsonInterval.Of(correct, images);

        Assert.Equal((low, high), (interval.Low, interval.High), Comparer(1e-4));
    }

    [Fact]
    public void ItsEnds_AreTheSharesThatLieTwoStandardErrorsAway() =>
        Gen.Select(Gen.Int[1, 5000], Gen.Double[0, 1]).Sample((images, share) =>
        {
            int correct = (int)Math.Round(share * images);
            WilsonInterval interval = WilsonInterval.Of(correct, images);

            Assert.InRange(100.0 * correct / images, interval.Low - 1e-9, interval.High + 1e-9);
            foreach (double end in (double[])[interval.Low / 100, interval.High / 100])
            {
                double error = Math.Sqrt(end * (1 - end) / images);
                if (end is > 1e-9 and < 1 - 1e-9)
                    Assert.Equal(1.959964, Math.Abs(((double)correct / images) - end) / error, 1e-4);
            }
        });

    private static EqualityComparer<(double, double)> Comparer(double tolerance) => EqualityComparer<(double, double)>.Create((a, b) =>
        Math.Abs(a.Item1 - b.Item1) <= tolerance && Math.Abs(a.Item2 - b.Item2) <= tolerance);
}

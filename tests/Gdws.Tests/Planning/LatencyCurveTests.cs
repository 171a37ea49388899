using CsCheck;
using Gdws.Planning;

namespace Gdws.Tests.Planning;

public sealed class LatencyCurveTests
{
    [Fact]
    public void BetweenMultiples_TheTimeIsThatOfTheNext()
    {
        LatencyCurve curve = new([Point(16, 1), Point(32, 2), Point(64, 4)], 16);

        Assert.Equal([1.0, 1, 2, 2, 3, 4, 5], new[] { 0, 16, 17, 32, 33, 64, 80 }.Select(curve.At));
    }

    [Fact]
    public void ANumberThatWasMeasured_TakesWhatItTook()
    {
        LatencyCurve curve = new([Point(16, 1), Point(24, 7), Point(32, 2)], 16);

        Assert.Equal(7, curve.At(24));
        Assert.Equal(2, curve.At(25));
    }

    [Fact]
    public void MoreKernels_NeverTakeLess() =>
        Gen.Double[0.01, 10].Array[1, 12].Sample(times =>
        {
            LatencyCurve curve = new([.. times.Select((time, i) => Point(16 * (i + 1), time))], 16);

            double[] fitted = [.. Enumerable.Range(1, 16 * (times.Length + 3)).Select(curve.At)];
            Assert.All(fitted.Zip(fitted.Skip(1)), pair => Assert.True(pair.Second >= pair.First - 1e-12));
        });

    [Fact]
    public void TheFit_IsTheNearestListThatNeverFalls() =>
        Gen.Int[1, 5].Array[1, 5].Sample(times =>
        {
            LatencyCurve curve = new([.. times.Select((time, i) => Point(i + 1, time))], 1);

            double squares = times.Select((time, i) => Square(curve.At(i + 1) - time)).Sum();
            Assert.True(squares <= BestSquares(times, 0, 0) + 1e-9);
        });

    [Fact]
    public void KernelsThatSuit_AreMultiplesOfTheBlockAndTheRounding()
    {
        LatencyCurve curve = new([Point(16, 1)], 16);

        Assert.Equal([16, 32, 48], curve.Suitable(50));
        Assert.Equal([32, 48], curve.Suitable(50, fewest: 17));
        Assert.Equal([48, 96], curve.Suitable(100, roundTo: 24));
        Assert.Equal([9], curve.Suitable(9));
    }

    [Fact]
    public void TheMostThatPay_AreTheLastBelowTheDenseTime()
    {
        LatencyCurve curve = new([Point(16, 1), Point(160, 10)], 16);

        Assert.Equal(64, curve.MostBelow(4.5, 1000));
        Assert.Equal(48, curve.MostBelow(4, 1000));
        Assert.Equal(32, curve.MostBelow(4, 40));
        Assert.Equal(0, curve.MostBelow(0.5, 1000));
    }

    [Fact]
    public void PointsThatMakeNoCurve_AreRefused()
    {
        Assert.ThrowsAny<ArgumentException>(() => new LatencyCurve([], 16));
        Assert.ThrowsAny<ArgumentException>(() => new LatencyCurve([Point(16, 1), Point(16, 2)], 16));
        Assert.ThrowsAny<ArgumentException>(() => new LatencyCurve([Point(16, 1)], 0));
    }

    private static LatencyPoint Point(int kernels, double milliseconds) => new(kernels, milliseconds, milliseconds, milliseconds);

    private static double Square(double value) => value * value;

    /// <summary>The least sum of squares over all lists of sixtieths (means of up to five whole numbers) that never fall.</summary>
    private static double BestSquares(int[] times, int from, int least)
    {
        const int fine = 60;
        if (from == times.Length)
            return 0;
        double[] best = new double[(5 * fine) + 1];
        for (int i = times.Length - 1; i >= from; i--)
        {
            double running = double.PositiveInfinity;
            double[] next = new double[best.Length];
            for (int value = best.Length - 1; value >= least; value--)
            {
                running = Math.Min(running, Square(((double)value / fine) - times[i]) + best[value]);
                next[value] = running;
            }

            best = next;
        }

        return best[least];
    }
}

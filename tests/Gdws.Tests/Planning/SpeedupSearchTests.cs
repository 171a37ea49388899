using CsCheck;
using Gdws.Planning;

namespace Gdws.Tests.Planning;

public sealed class SpeedupSearchTests
{
    [Fact]
    public void WhereQualityFallsSteadily_TheBestIsNextToTheBoundary()
    {
        Gen.Double[1.05, 20].Select(Gen.Double[0, 1]).Sample((most, place) =>
        {
            double boundary = Math.Pow(most, place);
            int attempts = 0;

            object? best = SpeedupSearch.Largest<object>(most, speedup =>
            {
                attempts++;
                return (speedup, speedup <= boundary);
            });

            Assert.InRange(attempts, 0, 8);
            double found = best is double speedup ? speedup : 1;
            Assert.InRange(found, 1, boundary);
            Assert.True(boundary / found <= Math.Max(1.02, Math.Pow(most, 1.0 / 256)) + 1e-9, $"found {found}, could be {boundary} of {most}");
        });
    }

    [Fact]
    public void WhateverTheJudge_WhatComesBackWasGoodEnough()
    {
        Gen.Int.Sample(seed =>
        {
            Random random = new(seed);
            HashSet<object> good = [];

            object? best = SpeedupSearch.Largest(6, _ =>
            {
                object result = new();
                bool isGood = random.Next(2) == 0;
                if (isGood)
                    good.Add(result);
                return (result, isGood);
            });

            Assert.True(best is null ? good.Count == 0 : good.Contains(best));
        });
    }

    [Fact]
    public void WhereNothingSmallerIsReachable_NothingIsTried() =>
        Assert.Null(SpeedupSearch.Largest<object>(1, _ => throw new InvalidOperationException("tried")));

    [Theory]
    [InlineData(0.5, 1.02, 8)]
    [InlineData(double.NaN, 1.02, 8)]
    [InlineData(double.PositiveInfinity, 1.02, 8)]
    [InlineData(2, 1, 8)]
    [InlineData(2, 1.02, 0)]
    public void ARangeThatIsNone_IsRefused(double most, double precision, int attempts) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => SpeedupSearch.Largest<object>(most, speedup => (speedup, true), precision, attempts));
}

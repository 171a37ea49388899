using CsCheck;
using Gdws.Torch.Evaluation;

namespace Gdws.Tests.Torch.Evaluation;

public sealed class PairedDropTests
{
    [Fact]
    public void ADrop_IsTheMeanOfTheImagesDifferencesWithItsStandardError()
    {
        Gen.Bool.Select(Gen.Bool).Array[2, 60].Sample(outcomes =>
        {
            double[] differences = [.. outcomes.Select(o => (o.Item1 ? 1.0 : 0) - (o.Item2 ? 1.0 : 0))];
            double mean = differences.Average();
            double deviation = Math.Sqrt(differences.Sum(d => (d - mean) * (d - mean)) / (differences.Length - 1));

            PairedDrop drop = PairedDrop.Of(
                [.. Enumerable.Range(0, outcomes.Length).Where(i => outcomes[i].Item1)],
                [.. Enumerable.Range(0, outcomes.Length).Where(i => outcomes[i].Item2)],
                outcomes.Length);

            Assert.Equal(100 * mean, drop.Points, 1e-9);
            Assert.Equal(100 * deviation / Math.Sqrt(outcomes.Length), drop.StandardError, 1e-9);
        });
    }

    [Fact]
    public void ItIsWrittenWithSignAndError()
    {
        Assert.Equal("20.0 ± 20.0", PairedDrop.Of([0, 1], [1], 5).ToString());
        Assert.Equal("−20.0 ± 20.0", PairedDrop.Of([1], [0, 1], 5).ToString());
    }

    [Fact]
    public void NoImages_AreRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => PairedDrop.Of([], [], 0));
}

using CsCheck;
using Gdws.Cli.Reports;
using Gdws.Cli.Sweeps;

namespace Gdws.Tests.Cli.Reports;

public sealed class TradeOffPointTests
{
    [Fact]
    public void TheFront_IsWhatNothingBeatsInBoth() =>
        Gen.Select(Gen.Int[1, 6], Gen.Int[0, 6]).Array[1, 12].Sample(networks =>
        {
            IReadOnlyList<TradeOffPoint> points = Points(networks);

            for (int i = 0; i < networks.Length; i++)
            {
                (int fps, int correct) = networks[i];
                bool isBeaten = networks.Any(other => (other.Item1 > fps && other.Item2 >= correct) || (other.Item1 >= fps && other.Item2 > correct));
                Assert.Equal(!isBeaten, points[i].OnFront);
            }

            Assert.Contains(points, point => point.OnFront);
        });

    [Fact]
    public void NetworksWithoutSpeedOrAccuracy_HaveNoPoint()
    {
        NetworkResult network = SampleResult.Network("dense", NetworkKind.Dense, 1, 500, 400, 10);

        Assert.Empty(TradeOffPoint.Of([network with { Fps = null }], n => n.RobustCount));
        Assert.Empty(TradeOffPoint.Of([network with { Robust = [] }], n => n.RobustCount));
        Assert.Single(TradeOffPoint.Of([network], n => n.RobustCount));
    }

    private static IReadOnlyList<TradeOffPoint> Points((int Fps, int Correct)[] networks) => TradeOffPoint.Of(
        networks.Select((network, i) => new NetworkResult
        {
            Name = $"{i}",
            Kind = NetworkKind.Gdws,
            Network = $"{i}.onnx",
            Fps = network.Fps,
            Natural = new NaturalFigure(network.Correct, 6, 0, 0),
        }),
        network => (network.Natural!.Correct, 6));
}

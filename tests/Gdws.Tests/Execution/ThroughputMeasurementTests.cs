using Gdws.Execution;

namespace Gdws.Tests.Execution;

public sealed class ThroughputMeasurementTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    public void NetworksOfConstantSpeed_GetThatSpeedAndNoSpread()
    {
        ThroughputReport report = Measure(new ThroughputOptions { Batch = 4 }, Constant(0.010), Constant(0.005));

        Assert.Equal(400, report.Results[0].Fps, 1e-6);
        Assert.Equal(800, report.Results[1].Fps, 1e-6);
        Assert.All(report.Results, r => Assert.Equal(r.Fps, r.FpsHigh - r.FpsLow + r.Fps, 1e-6));
        Assert.Equal(1, report.Results[0].RatioToBaseline);
        Assert.Equal(2, report.Results[1].RatioToBaseline, 1e-9);
        Assert.Equal(4, report.Batch);
        Assert.DoesNotContain(report.Warnings, w => w.Contains("varies between", StringComparison.Ordinal));
    }

    [Fact]
    public void TimedRuns_TakeAboutTheTimeAskedFor()
    {
        ThroughputReport report = Measure(new ThroughputOptions { Duration = TimeSpan.FromSeconds(2) }, Constant(0.010));

        Assert.InRange(report.Results[0].Runs * 0.010, 1.5, 2.0);
    }

    [Fact]
    public void AMachineThatSlowsDown_SlowsEveryNetworkAndTheRatioStays()
    {
        // Everything takes three times as long from the 8th second on.
        double Slowed(double seconds) => _clock.GetTimestamp() > 8 * TimeSpan.TicksPerSecond ? 3 * seconds : seconds;

        ThroughputReport report = Measure(
            new ThroughputOptions { Duration = TimeSpan.FromSeconds(6) }, Timed(() => Slowed(0.010)), Timed(() => Slowed(0.005)));

        Assert.Equal(2, report.Results[1].RatioToBaseline, 0.01);
        Assert.DoesNotContain(report.Warnings, w => w.Contains("varies between", StringComparison.Ordinal));
        Assert.True(report.Results[0].FpsHigh > 2.5 * report.Results[0].FpsLow);
    }

    [Fact]
    public void WhenTheRatioVariesMoreThanItDiffersFrom1_AWarningNamesTheNetwork()
    {
        int run = 0;
        IEngineSession noisy = Timed(() => run++ % 7 == 0 ? 0.050 : 0.010);

        ThroughputReport report = Measure(new ThroughputOptions { Duration = TimeSpan.FromSeconds(1) }, noisy, noisy);

        string warning = Assert.Single(report.Warnings, w => w.Contains("varies between", StringComparison.Ordinal));
        Assert.StartsWith("network1 (fake)", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void WarmUp_LastsUntilTheTimeOfARunHasSettled()
    {
        // The first 0.5 s are slow, as when caches fill and clocks rise; no sample may come from them.
        IEngineSession session = Timed(() => 0.002 + (0.02 * Math.Max(0, 0.5 - Now) / 0.5));

        ThroughputReport report = Measure(new ThroughputOptions { Duration = TimeSpan.FromSeconds(1) }, session);

        Assert.True(report.Results[0].FpsLow > 400, $"{report.Results[0].FpsLow}");
        Assert.DoesNotContain(report.Warnings, w => w.Contains("settled", StringComparison.Ordinal));
    }

    [Fact]
    public void WhenATimeNeverSettles_AWarningSaysSoAndTheMeasurementEnds()
    {
        int run = 0;

        ThroughputReport report = Measure(
            new ThroughputOptions { WarmUpLimit = TimeSpan.FromSeconds(1) }, Timed(() => ++run % 2 == 0 ? 0.030 : 0.090));

        Assert.Contains(report.Warnings, w => w.Contains("hadn't settled after 1 s", StringComparison.Ordinal));
    }

    [Fact]
    public void ASlowNetwork_StillGetsFiveRounds()
    {
        ThroughputReport report = Measure(new ThroughputOptions { Duration = TimeSpan.FromSeconds(1) }, Constant(10));

        Assert.Equal(5, report.Rounds);
        Assert.Equal(5, report.Results[0].Runs);
    }

    [Fact]
    public void ARunTooShortForTheClock_GivesAFiniteThroughput()
    {
        int calls = 0;

        // The clock moves once in 10,000 runs only.
        ThroughputReport report = Measure(new ThroughputOptions { Duration = TimeSpan.FromMilliseconds(1) }, Timed(() => ++calls % 10_000 == 0 ? 0.02 : 0));

        Assert.True(double.IsFinite(report.Results[0].Fps));
    }

    [Fact]
    public void WhenCancelled_NoFurtherTurnIsTaken()
    {
        using CancellationTokenSource stop = new();
        ThroughputMeasurement measurement = new(new ThroughputOptions(), _clock);
        FakeSession session = Timed(() => 0.010);

        Assert.Throws<OperationCanceledException>(() => measurement.Run(
            [new ThroughputCandidate("network", "fake", session)], new Canceller(stop), stop.Token));

        // The warm-up alone: three windows of 20 ms.
        Assert.Equal(6, session.Runs);
    }

    [Fact]
    public void MoreThreadsThanProcessors_AreWarnedOf()
    {
        ThroughputReport report = Measure(new ThroughputOptions { Threads = 10_000 }, Constant(0.010));

        Assert.Contains(report.Warnings, w => w.Contains("10000 threads", StringComparison.Ordinal));
    }

    [Fact]
    public void ADebugBuild_IsTold()
    {
        bool expected = typeof(ThroughputMeasurementTests).Assembly
            .GetCustomAttributes(typeof(System.Diagnostics.DebuggableAttribute), false)
            .Cast<System.Diagnostics.DebuggableAttribute>().Any(a => a.IsJITOptimizerDisabled);

        Assert.Equal(expected, ThroughputValidators.IsDebugBuild(typeof(ThroughputMeasurement).Assembly));
        Assert.False(ThroughputValidators.IsDebugBuild(typeof(string).Assembly));
    }

    private double Now => (double)_clock.GetTimestamp() / TimeSpan.TicksPerSecond;

    private ThroughputReport Measure(ThroughputOptions options, params IEngineSession[] sessions) => new ThroughputMeasurement(options, _clock)
        .Run([.. sessions.Select((s, i) => new ThroughputCandidate($"network{i}", "fake", s))], null, TestContext.Current.CancellationToken);

    private FakeSession Constant(double seconds) => Timed(() => seconds);

    private FakeSession Timed(Func<double> seconds) => new(1, 1, (_, _, _) => _clock.Advance(seconds()));

    private sealed class Canceller(CancellationTokenSource stop) : IProgress<double>
    {
        public void Report(double value) => stop.Cancel();
    }
}

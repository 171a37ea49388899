using Gdws.Cli.Reports;

namespace Gdws.Tests.Cli.Reports;

public sealed class EffortTests
{
    [Fact]
    public void WhatWasMade_TookTheTimeOfItsStages()
    {
        IReadOnlyList<Effort> efforts = Effort.Of(SampleResult.Create());

        Assert.DoesNotContain(efforts, effort => effort.Network == "dense");
        Assert.Equal("GDWS, MACs ÷ 2: approximation 20 s", efforts[1].ToString());
        Assert.Equal("calibrated, MACs ÷ 3: calibration 30 s", efforts[^2].ToString());
        Assert.Equal("HYDRA, 90 % zero: search 1:25, fine-tuning 2:00", efforts[^1].ToString());
        Assert.Equal(205, efforts[^1].Stages.Sum(stage => stage.Seconds));
    }
}

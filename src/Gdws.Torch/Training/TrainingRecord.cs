namespace Gdws.Torch.Training;

/// <summary>Where a training stands and what happened so far; the numbers of a checkpoint.</summary>
internal sealed class TrainingRecord
{
    /// <summary>Epochs that are complete.</summary>
    public int Epoch { get; set; }

    /// <summary>Steps done in the epoch that isn't.</summary>
    public int Step { get; set; }

    /// <summary>The sum of this epoch's losses.</summary>
    public double LossSum { get; set; }

    /// <summary>How many losses that is.</summary>
    public int Losses { get; set; }

    /// <summary>Images of this epoch so far.</summary>
    public int Images { get; set; }

    /// <summary>Of these the ones classified rightly as they are; null where the method doesn't look.</summary>
    public int? NaturalRight { get; set; }

    /// <summary>Of these the ones classified rightly when perturbed; null where the method doesn't perturb.</summary>
    public int? RobustRight { get; set; }

    /// <summary>What this epoch took so far.</summary>
    public double Seconds { get; set; }

    /// <summary>The best epoch, from 1; 0 where there is none yet.</summary>
    public int BestEpoch { get; set; }

    /// <summary>Its score.</summary>
    public int BestScore { get; set; } = -1;

    /// <summary>The complete epochs.</summary>
    public List<EpochResult> History { get; set; } = [];

    internal double? Natural => Percent(NaturalRight);

    internal double? Robust => Percent(RobustRight);

    public void Count(double loss, int? natural, int? robust, int images)
    {
        LossSum += loss;
        Losses++;
        Images += images;
        NaturalRight = natural is null ? NaturalRight : natural + (NaturalRight ?? 0);
        RobustRight = robust is null ? RobustRight : robust + (RobustRight ?? 0);
    }

    public void EndEpoch(EpochResult result)
    {
        History.Add(result);
        Epoch++;
        Step = Losses = Images = 0;
        LossSum = Seconds = 0;
        NaturalRight = RobustRight = null;
    }

    private double? Percent(int? right) => right is null || Images == 0 ? null : 100.0 * right.Value / Images;
}

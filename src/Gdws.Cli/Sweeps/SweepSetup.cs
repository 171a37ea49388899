using Gdws.Cli.Comparison;
using Gdws.Cli.Evaluation;
using Gdws.Data;
using Gdws.Torch.Calibration;

namespace Gdws.Cli.Sweeps;

/// <summary>What a sweep is to find out.</summary>
internal sealed record SweepSetup
{
    /// <summary>The dense network's file.</summary>
    public required string Network { get; init; }

    /// <summary>The images to classify.</summary>
    public required IImageDataset Images { get; init; }

    /// <summary>How many of them, the first ones, are attacked; null for all.</summary>
    public int? Attacked { get; init; }

    /// <summary>How many times fewer MACs the networks are to need that are approximated from their weights alone.</summary>
    public IReadOnlyList<double> Budgets { get; init; } = [];

    /// <summary>The same for those that are calibrated.</summary>
    public IReadOnlyList<double> CalibratedBudgets { get; init; } = [];

    /// <summary>The images to calibrate on; null for none.</summary>
    public IImageDataset? CalibrationImages { get; init; }

    public CalibrationOptions Calibration { get; init; } = new();

    /// <summary>Whether a single command can calibrate on the same images: not where they are a part of the data.</summary>
    public bool CanCalibrateByHand { get; init; } = true;

    /// <summary>The pruned networks to make; null for none.</summary>
    public PruningSet? Prunings { get; init; }

    /// <summary>What robust accuracy is measured with; none for natural accuracy alone.</summary>
    public IReadOnlyList<AttackChoice> Attacks { get; init; } = [];

    /// <summary>Images at a time where accuracy is measured.</summary>
    public int EvaluationBatch { get; init; } = 100;

    /// <summary>Where attacks run: <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>What runs the networks where their speed is measured.</summary>
    public string Engine { get; init; } = Engines.OnnxRuntime;

    /// <summary>Images a run where speed is measured.</summary>
    public int Batch { get; init; } = 1;

    public int Threads { get; init; } = 1;

    /// <summary>Time for the timed runs of each network.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Whether the milliseconds of every layer are measured too.</summary>
    public bool LayerTimes { get; init; }

    /// <summary>How many images the gallery shows.</summary>
    public int Pictures { get; init; } = 6;

    public int Seed { get; init; }

    public required string Title { get; init; }

    /// <summary>A sentence or two on what is compared; null for none.</summary>
    public string? Introduction { get; init; }

    /// <summary>The command that makes all of this again.</summary>
    public string? Command { get; init; }

    /// <summary>How many images are attacked.</summary>
    public int AttackedImages => Attacks.Count == 0 ? 0 : Math.Min(Attacked ?? Images.Count, Images.Count);
}

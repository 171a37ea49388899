using System.Text.Json.Serialization;
using Gdws.Cli.Comparison;
using Gdws.Planning;

namespace Gdws.Cli.Sweeps;

/// <summary>A network with what was measured of it. What wasn't measured is null or empty.</summary>
internal sealed record NetworkResult
{
    /// <summary>The name in tables, e.g. <c>calibrated, MACs ÷ 2</c>.</summary>
    public required string Name { get; init; }

    public required NetworkKind Kind { get; init; }

    /// <summary>The file.</summary>
    public required string Network { get; init; }

    /// <summary>What bounded the approximation.</summary>
    public BudgetFigure? Budget { get; init; }

    /// <summary>The images that it was calibrated on.</summary>
    public PlanCalibration? Calibration { get; init; }

    /// <summary>How it was pruned.</summary>
    public PruningFigure? Pruning { get; init; }

    /// <summary>What making it took, without what several networks share.</summary>
    public double? Seconds { get; init; }

    public long? Macs { get; init; }

    public long? Parameters { get; init; }

    /// <summary>How many times fewer MACs than the first network's.</summary>
    public double? SpeedupMacs { get; init; }

    /// <summary>How many times fewer parameters than the first network's, zeros not counted.</summary>
    public double? SizeRatio { get; init; }

    public NaturalFigure? Natural { get; init; }

    /// <summary>One entry an attack, the parts of an attack before the whole.</summary>
    public IReadOnlyList<RobustFigure> Robust { get; init; } = [];

    /// <summary>Against several threat models at once; null for one.</summary>
    public UnionFigure? Union { get; init; }

    /// <summary>Images per second: the median, and the lower and upper quartile over the rounds.</summary>
    public double? Fps { get; init; }

    public double? FpsLow { get; init; }

    public double? FpsHigh { get; init; }

    public int? Runs { get; init; }

    /// <summary>The median of its FPS divided by the first network's in the same round.</summary>
    public double? RatioToBaseline { get; init; }

    /// <summary>Every convolution, in the order of execution; empty for the dense network.</summary>
    public IReadOnlyList<LayerFigure> Layers { get; init; } = [];

    /// <summary>The robust accuracy that stands for the network: against all threat models where there are several; null where there was no attack.</summary>
    [JsonIgnore]
    public (int Correct, int Images)? RobustCount => Union is not null
        ? (Union.Correct, Union.Images)
        : Robust.LastOrDefault(figure => figure.PartOf is null) is { } whole ? (whole.Correct, whole.Images) : null;
}

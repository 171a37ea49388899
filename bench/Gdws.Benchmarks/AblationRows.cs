using Gdws.Torch.Calibration;

namespace Gdws.Benchmarks;

/// <summary>The recipes that an ablation compares; null for LEGO on plain weights, the published method.</summary>
internal static class AblationRows
{
    private static readonly CalibrationRecipe Quick = CalibrationRecipe.Of(CalibrationEffort.Quick);
    private static readonly CalibrationRecipe Full = CalibrationRecipe.Of(CalibrationEffort.Full);
    private static readonly CalibrationRecipe Whitened = new();
    private static readonly CalibrationRecipe Order = Whitened with { SecondOrder = true };
    private static readonly CalibrationRecipe Plain = Whitened with { Whitened = false, OutputWeights = false, Refit = RefitKind.None };

    public static IReadOnlyList<(string Name, CalibrationRecipe? Recipe)> All { get; } =
    [
        ("lego", null),
        ("threshold", Plain),
        ("threshold+bias", Plain with { Refit = RefitKind.Bias }),
        ("threshold+refit", Plain with { Refit = RefitKind.Pointwise }),
        ("whitened", Whitened with { OutputWeights = false, Refit = RefitKind.None }),
        ("whitened+refit", Whitened with { OutputWeights = false }),
        ("whitened+refit+relative", Whitened with { OutputWeights = false, Weighting = LayerWeighting.Relative }),
        ("whitened+F+refit", Whitened),
        ("whitened+F+refit+measured", Whitened with { Weighting = LayerWeighting.FisherAndMeasured }),
        ("whitened+F+sequential", Whitened with { Refit = RefitKind.Sequential }),
        ("order+refit", Order),
        ("order+refit+relative", Order with { Weighting = LayerWeighting.Relative }),
        ("order+refit+measured", Order with { Weighting = LayerWeighting.FisherAndMeasured }),
        ("order+refit+measured+als", Order with { Weighting = LayerWeighting.FisherAndMeasured, AlternatingRounds = 2 }),
        ("order+sequential", Order with { Refit = RefitKind.Sequential }),
        ("quick", Quick),
        ("quick+measured", Quick with { Weighting = LayerWeighting.FisherAndMeasured }),
        ("quick+als", Quick with { AlternatingRounds = 2 }),
        ("full-skip", Full with { SkipCorrection = false }),
        ("full-differences", Full with { DifferenceWeight = 0 }),
        ("full-weights", Full with { OutputWeights = false }),
        ("full-fisher", Full with { Weighting = LayerWeighting.Fisher }),
        ("full", Full),
    ];
}

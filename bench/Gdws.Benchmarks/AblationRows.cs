using Gdws.Torch.Calibration;

namespace Gdws.Benchmarks;

/// <summary>The recipes that an ablation compares; null for LEGO on plain weights, the published method.</summary>
internal static class AblationRows
{
    private static readonly CalibrationRecipe Quick = CalibrationRecipe.Of(CalibrationEffort.Quick);
    private static readonly CalibrationRecipe Full = CalibrationRecipe.Of(CalibrationEffort.Full);
    private static readonly CalibrationRecipe Plain = Quick with { Whitened = false, OutputWeights = false, Refit = RefitKind.None };

    public static IReadOnlyList<(string Name, CalibrationRecipe? Recipe)> All { get; } =
    [
        ("lego", null),
        ("threshold", Plain),
        ("threshold+bias", Plain with { Refit = RefitKind.Bias }),
        ("threshold+refit", Plain with { Refit = RefitKind.Pointwise }),
        ("whitened", Quick with { OutputWeights = false, Refit = RefitKind.None }),
        ("whitened+refit", Quick with { OutputWeights = false }),
        ("whitened+refit+relative", Quick with { OutputWeights = false, Weighting = LayerWeighting.Relative }),
        ("quick", Quick),
        ("quick+measured", Quick with { Weighting = LayerWeighting.FisherAndMeasured }),
        ("quick+sequential", Quick with { Refit = RefitKind.Sequential }),
        ("order", Quick with { SecondOrder = true }),
        ("order+measured", Quick with { SecondOrder = true, Weighting = LayerWeighting.FisherAndMeasured }),
        ("order+measured+als", Quick with { SecondOrder = true, Weighting = LayerWeighting.FisherAndMeasured, AlternatingRounds = 2 }),
        ("full-skip", Full with { SkipCorrection = false }),
        ("full-differences", Full with { DifferenceWeight = 0 }),
        ("full-weights", Full with { OutputWeights = false }),
        ("full-fisher", Full with { Weighting = LayerWeighting.Fisher }),
        ("full", Full),
    ];
}

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
        ("full", Full),
        ("quick", Quick),
        ("quick+measured", Quick with { Weighting = LayerWeighting.FisherAndMeasured }),
        ("quick+als", Quick with { AlternatingRounds = 2 }),
        ("full-skip", Full with { SkipCorrection = false }),
        ("full-differences", Full with { DifferenceWeight = 0 }),
        ("full-weights", Full with { OutputWeights = false }),
        ("full-fisher", Full with { Weighting = LayerWeighting.Fisher }),
        ("q+dense", Quick with { DenseLayers = true }),
        ("q+dense.1", Quick with { DenseLayers = true, LinearDamping = 1e-1 }),
        ("q+dense.001", Quick with { DenseLayers = true, LinearDamping = 1e-3 }),
        ("q+relu1", Quick with { RectifierRounds = 1 }),
        ("q+relu4", Quick with { RectifierRounds = 4 }),
        ("q+damp1e-3", Quick with { RefitDamping = 1e-3 }),
        ("q+damp1e-5", Quick with { RefitDamping = 1e-5 }),
        ("q+images1000", Quick with { RefitImages = 1000 }),
        ("q+gamma1", Quick with { DifferenceWeight = 1 }),
        ("q+gamma2", Quick with { DifferenceWeight = 2 }),
        ("q+dense+relu4", Quick with { DenseLayers = true, RectifierRounds = 4 }),
        ("f+dense", Full with { DenseLayers = true }),
        ("f+dense+relu4", Full with { DenseLayers = true, RectifierRounds = 4 }),
        ("f+dense+relu4+gamma1", Full with { DenseLayers = true, RectifierRounds = 4, DifferenceWeight = 1 }),
        ("f+als20", Full with { AlternatingRounds = 20 }),
        ("q+seq2", Quick with { SequentialRounds = 2 }),
        ("q+seq6", Quick with { SequentialRounds = 6 }),
        ("q+seq20", Quick with { SequentialRounds = 20 }),
        ("f+seq6", Full with { SequentialRounds = 6 }),
        ("f+seq20", Full with { SequentialRounds = 20 }),
        ("f+seq20+dense", Full with { SequentialRounds = 20, DenseLayers = true }),
        ("f+seq20+gamma0", Full with { SequentialRounds = 20, DifferenceWeight = 0 }),
        ("f+seq20+gamma1", Full with { SequentialRounds = 20, DifferenceWeight = 1 }),
        ("f+seq20+gamma2", Full with { SequentialRounds = 20, DifferenceWeight = 2 }),
        ("f+als6", Full with { AlternatingRounds = 6 }),
    ];
}

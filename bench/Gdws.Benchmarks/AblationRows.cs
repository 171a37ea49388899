using System.Globalization;
using Gdws.Torch.Calibration;

namespace Gdws.Benchmarks;

/// <summary>The recipes that an ablation compares; null for what needs no images: LEGO, the published method, one threshold for
/// all layers, and the same with biases that keep the means which batch normalisation tells of.</summary>
internal static class AblationRows
{
    public const string Lego = "lego";
    public const string Plain = "plain";
    public const string PlainWithBias = "plain+bias";

    private static readonly CalibrationRecipe Quick = CalibrationRecipe.Of(CalibrationEffort.Quick);
    private static readonly CalibrationRecipe Full = CalibrationRecipe.Of(CalibrationEffort.Full);
    private static readonly CalibrationRecipe Whitened = new();
    private static readonly CalibrationRecipe Order = Whitened with { SecondOrder = true };
    private static readonly CalibrationRecipe Unwhitened = Whitened with { Whitened = false, OutputWeights = OutputWeighting.None, Refit = RefitKind.None };

    public static IReadOnlyList<(string Name, CalibrationRecipe? Recipe)> All { get; } =
    [
        (Lego, null),
        (Plain, null),
        (PlainWithBias, null),
        ("threshold", Unwhitened),
        ("threshold+bias", Unwhitened with { Refit = RefitKind.Bias }),
        ("threshold+refit", Unwhitened with { Refit = RefitKind.Pointwise }),
        ("whitened", Whitened with { OutputWeights = OutputWeighting.None, Refit = RefitKind.None }),
        ("whitened+refit", Whitened with { OutputWeights = OutputWeighting.None }),
        ("whitened+refit+relative", Whitened with { OutputWeights = OutputWeighting.None, Weighting = LayerWeighting.Relative }),
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
        ("quick-outputs", Quick with { OutputWeights = OutputWeighting.Diagonal }),
        ("quick-coherence", Quick with { CoherenceWeight = 0 }),
        ("quick-outputs-coherence", Quick with { OutputWeights = OutputWeighting.Diagonal, CoherenceWeight = 0 }),
        ("quick-rounds", Quick with { SequentialRounds = 0 }),
        ("quick+rounds", Quick with { SequentialRounds = 6 }),
        ("quick+measured", Quick with { Weighting = LayerWeighting.FisherAndMeasured }),
        ("quick+als", Quick with { AlternatingRounds = 2 }),
        ("quick+adaptive", Quick with { AdaptiveRounds = 1 }),
        ("quick+images", Quick with { SequentialImages = 1000 }),
        ("quick-gamma", Quick with { DifferenceWeight = 0 }),
        ("quick+gamma1", Quick with { DifferenceWeight = 1 }),
        ("quick+gamma2", Quick with { DifferenceWeight = 2 }),
        ("full-rounds", Full with { SequentialRounds = 0 }),
        ("full-few-rounds", Full with { SequentialRounds = 2 }),
        ("full-skip", Full with { SkipCorrection = false }),
        ("full-differences", Full with { DifferenceWeight = 0 }),
        ("full+gamma1", Full with { DifferenceWeight = 1 }),
        ("full+gamma2", Full with { DifferenceWeight = 2 }),
        ("full-weights", Full with { OutputWeights = OutputWeighting.None }),
        ("full-outputs", Full with { OutputWeights = OutputWeighting.Diagonal }),
        ("full-coherence", Full with { CoherenceWeight = 0 }),
        ("full-outputs-coherence", Full with { OutputWeights = OutputWeighting.Diagonal, CoherenceWeight = 0 }),
        ("full-measured", Full with { Weighting = LayerWeighting.Fisher }),
        ("full-als", Full with { AlternatingRounds = 0 }),
        ("full+als", Full with { AlternatingRounds = 6 }),
        ("full-images", Full with { SequentialImages = 500 }),
        ("full+adaptive", Full with { AdaptiveRounds = 1 }),
    ];

    /// <summary>The rows of these names; <c>quick:images=1000:gamma=1</c> is a row with settings of its own.</summary>
    /// <param name="names">Names; all rows where there are none.</param>
    public static IEnumerable<(string Name, CalibrationRecipe? Recipe)> Named(IReadOnlyCollection<string> names) =>
        names.Count == 0 ? All : names.Select(name => (name, Recipe(name)));

    private static CalibrationRecipe? Recipe(string name)
    {
        string[] parts = name.Split(':');
        if (!All.Any(row => row.Name == parts[0]))
            throw new GdwsException($"{parts[0]}: should be one of {string.Join(", ", All.Select(row => row.Name))}");
        CalibrationRecipe? recipe = All.First(row => row.Name == parts[0]).Recipe;
        return parts.Skip(1).Aggregate(recipe, (present, setting) => With(present ?? throw new GdwsException($"row {name}: {parts[0]} has no settings"), setting));
    }

    private static CalibrationRecipe With(CalibrationRecipe recipe, string setting)
    {
        string[] parts = setting.Split('=');
        double value = parts.Length == 2 && double.TryParse(parts[1], CultureInfo.InvariantCulture, out double number)
            ? number
            : throw new GdwsException($"{setting}: should be NAME=NUMBER");
        return parts[0] switch
        {
            "gamma" => recipe with { DifferenceWeight = value },
            "coherence" => recipe with { CoherenceWeight = value },
            "adaptive" => recipe with { AdaptiveRounds = (int)value },
            "images" => recipe with { SequentialImages = (int)value },
            "rounds" => recipe with { SequentialRounds = (int)value },
            "als" => recipe with { AlternatingRounds = (int)value },
            string other => throw new GdwsException($"{other}: should be gamma, coherence, adaptive, images, rounds or als"),
        };
    }
}

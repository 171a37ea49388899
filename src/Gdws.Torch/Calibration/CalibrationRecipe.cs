namespace Gdws.Torch.Calibration;

/// <summary>The parts of a calibration, each of which can be left out.</summary>
public sealed record CalibrationRecipe
{
    /// <summary>Whether spectra are whitened; otherwise kernels come from the plain ones.</summary>
    public bool Whitened { get; init; } = true;

    /// <summary>What errors of a layer's outputs count for beside each other.</summary>
    public OutputWeighting OutputWeights { get; init; } = OutputWeighting.Diagonal;

    /// <summary>γ: how much the difference between a perturbed and a clean patch counts, relative to the patches' own variance. 0 for nothing.</summary>
    public double DifferenceWeight { get; init; }

    /// <summary>
    /// How much more an error counts that all positions of an image share, relative to what the coherence R of gradients says (R − 1). 0 for nothing.
    /// </summary>
    public double CoherenceWeight { get; init; }

    /// <summary>How errors of different layers are compared.</summary>
    public LayerWeighting Weighting { get; init; } = LayerWeighting.Fisher;

    /// <summary>Whether kernels are removed one after the other by what they are worth beside the others; otherwise by their singular values.</summary>
    public bool SecondOrder { get; init; }

    /// <summary>Rounds of alternating least squares over kernels and pointwise weights.</summary>
    public int AlternatingRounds { get; init; }

    /// <summary>What is fitted to the images.</summary>
    public RefitKind Refit { get; init; } = RefitKind.Pointwise;

    /// <summary>Whether the last convolution of a residual block also makes good for the error of the skip connection. Only with the sequential refit.</summary>
    public bool SkipCorrection { get; init; } = true;

    /// <summary>Rounds of alternating least squares on the inputs that the approximated layers before make. Only with the sequential refit.</summary>
    public int SequentialRounds { get; init; }

    /// <summary>Different images that the sequential refit looks at, at most; each in all its forms.</summary>
    public int SequentialImages { get; init; } = 500;

    /// <summary>How often the sequential refit is done again with images that were perturbed against the network approximated so far.</summary>
    public int AdaptiveRounds { get; init; }

    /// <summary>The parts of an effort.</summary>
    /// <param name="effort">The effort.</param>
    public static CalibrationRecipe Of(CalibrationEffort effort)
    {
        CalibrationRecipe quick = new()
        {
            OutputWeights = OutputWeighting.Full,
            DifferenceWeight = 0.5,
            CoherenceWeight = 0.5,
            SecondOrder = true,
            Refit = RefitKind.Sequential,
            SequentialRounds = 2,
        };
        CalibrationRecipe full = quick with
        {
            Weighting = LayerWeighting.FisherAndMeasured,
            AlternatingRounds = 2,
            SequentialRounds = 6,
            SequentialImages = 2000,
        };
        return effort == CalibrationEffort.Quick ? quick : full;
    }
}

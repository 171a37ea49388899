using Gdws.Torch.Attacks;

namespace Gdws.Torch.Calibration;

/// <summary>What a calibration looks at and how much work it does.</summary>
public sealed record CalibrationOptions
{
    private readonly int _samples = 2000;
    private readonly int _batchSize = 25;
    private readonly int _positions = 32;

    /// <summary>
    /// Images to use, at least 1; where the data has fewer, all. With an attack half as many images are looked at, each as it is and perturbed. Default: 2,000.
    /// </summary>
    public int Samples
    {
        get => _samples;
        init => _samples = value >= 1 ? value : throw new GdwsException($"the number of calibration images must be at least 1, found {value}");
    }

    /// <summary>The perturbation of half of the images; null for clean images alone. Every step is taken, whether the network errs or not.</summary>
    public PgdAttack? Attack { get; init; } = new(new ThreatModel(Norm.Linf, 8.0 / 255)) { Iterations = 10 };

    /// <summary>Decides which images, positions and labels are drawn. Default: 0.</summary>
    public int Seed { get; init; }

    /// <summary>How much work is done. Default: <see cref="CalibrationEffort.Quick"/>.</summary>
    public CalibrationEffort Effort { get; init; }

    /// <summary>Where it is computed; null for the CPU.</summary>
    public torch.Device? Device { get; init; }

    /// <summary>Images at a time, at least 1 (of a pair of a clean and a perturbed image, pairs). Default: 25.</summary>
    public int BatchSize
    {
        get => _batchSize;
        init => _batchSize = value >= 1 ? value : throw new GdwsException($"the batch size must be at least 1, found {value}");
    }

    /// <summary>Positions of a map at most that an image's patches are taken from, at least 1. Default: 32.</summary>
    public int PositionsPerImage
    {
        get => _positions;
        init => _positions = value >= 1 ? value : throw new GdwsException($"the positions an image must be at least 1, found {value}");
    }

    /// <summary>The parts that are used; null for those of <see cref="Effort"/>. For comparing parts with each other.</summary>
    public CalibrationRecipe? Recipe { get; init; }

    /// <summary>Bytes of activations that may be kept between layers; where they are more they are computed again. Default: 2 GiB.</summary>
    public long ActivationMemory { get; init; } = 2L << 30;
}

namespace Gdws.Torch.Training;

/// <summary>How a network is trained. Together with the network, the images and the number of threads it decides the result to the last bit on a CPU.</summary>
/// <param name="Method">What for.</param>
public sealed record TrainingOptions(TrainingMethod Method)
{
    private readonly int _epochs = 10;
    private readonly int _batchSize = 128;
    private readonly double _momentum = 0.9;
    private readonly double _weightDecay = 5e-4;
    private readonly double _smoothing;
    private readonly double? _average;
    private readonly int? _patience;

    /// <summary>How often all images are trained on, at least 1. Default: 10.</summary>
    public int Epochs
    {
        get => _epochs;
        init => _epochs = TrainingSettings.AtLeastOne(value, "epochs");
    }

    /// <summary>Images a step, at least 1; all where there are fewer. Default: 128.</summary>
    public int BatchSize
    {
        get => _batchSize;
        init => _batchSize = TrainingSettings.AtLeastOne(value, "batch size");
    }

    /// <summary>The learning rate. Default: cyclic, at most 0.1.</summary>
    public LearningRateSchedule Schedule { get; init; } = new(LearningRateKind.Cyclic, 0.1);

    /// <summary>What share of the last step's velocity is kept, at least 0 and below 1. Default: 0.9.</summary>
    public double Momentum
    {
        get => _momentum;
        init => _momentum = TrainingSettings.Share(value, "momentum");
    }

    /// <summary>Pull of weights (not of biases nor of batch normalisation) towards 0, at least 0. Default: 5·10⁻⁴.</summary>
    public double WeightDecay
    {
        get => _weightDecay;
        init => _weightDecay = TrainingSettings.Share(value, "weight decay");
    }

    /// <summary>
    /// The factor of an exponential moving average of the weights, e.g. 0.999, at least 0 and below 1: the average is measured and becomes the result. Null for
    /// the weights themselves (the default).
    /// </summary>
    public double? AverageDecay
    {
        get => _average;
        init => _average = value is { } decay ? TrainingSettings.Share(decay, "factor of the weights' average") : null;
    }

    /// <summary>The share of each label that is spread evenly over all classes, at least 0 and below 1. Default: 0.</summary>
    public double LabelSmoothing
    {
        get => _smoothing;
        init => _smoothing = TrainingSettings.Share(value, "label smoothing");
    }

    /// <summary>How images are changed each time. Default: not at all.</summary>
    public Augmentation Augmentation { get; init; }

    /// <summary>With images held out: ends the training after so many epochs without a better one. Null for never (the default).</summary>
    public int? Patience
    {
        get => _patience;
        init => _patience = value is { } epochs ? TrainingSettings.AtLeastOne(epochs, "patience") : null;
    }

    /// <summary>
    /// The precision of convolutions and products of matrices in training, the attacks in it included; weights, batch normalisation and the loss stay in single
    /// precision, and so do measurements. Default: single.
    /// </summary>
    public TrainingPrecision Precision { get; init; }

    /// <summary>Decides everything random. Default: 0.</summary>
    public int Seed { get; init; }

    /// <summary>Everything that decides the result, by name, in a form that two trainings can be compared by.</summary>
    public IReadOnlyDictionary<string, string> Describe() => new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["augmentation"] = Augmentation switch { Augmentation.None => "none", Augmentation.Crop => "crop", _ => "crop-flip" },
        ["batch"] = $"{BatchSize}",
        ["ema"] = AverageDecay is { } decay ? $"{decay}" : "none",
        ["epochs"] = $"{Epochs}",
        ["label-smoothing"] = $"{LabelSmoothing}",
        ["method"] = Method.Description,
        ["momentum"] = $"{Momentum}",
        ["patience"] = Patience is { } patience ? $"{patience}" : "none",
        ["precision"] = Precision == TrainingPrecision.Bfloat16 ? "bf16" : "fp32",
        ["schedule"] = $"{Schedule}",
        ["seed"] = $"{Seed}",
        ["weight-decay"] = $"{WeightDecay}",
    };
}

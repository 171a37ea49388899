using Gdws.Torch.Training;

namespace Gdws.Torch.Pruning;

/// <summary>How a network is pruned. Together with the network, the images and the number of threads it decides the result to the last bit on a CPU.</summary>
/// <param name="Method">How it is found what can go.</param>
/// <param name="Ratio">The share of the weights (columns, filters) that goes in every layer, above 0 and below 1.</param>
/// <param name="FineTuning">How what stays is trained in the end; its loss is that of every stage.</param>
public sealed record PruningOptions(PruningMethod Method, double Ratio, TrainingOptions FineTuning)
{
    private readonly int _epochs = 10;
    private readonly int _rounds = 5;
    private readonly double _rate = 0.1;

    /// <summary>The share of the weights (columns, filters) that goes in every layer, above 0 and below 1.</summary>
    public double Ratio { get; } = Ratio is > 0 and < 1
        ? Ratio
        : throw new GdwsException($"pruning: the ratio, the share of weights that goes, must be above 0 and below 1, found {Ratio}");

    /// <summary>How what stays is trained in the end; its loss is that of every stage.</summary>
    public TrainingOptions FineTuning { get; } = FineTuning ?? throw new ArgumentNullException(nameof(FineTuning));

    /// <summary>What goes as a whole. Default: single weights.</summary>
    public PruningStructure Structure { get; init; }

    /// <summary>Epochs in which it is found what can go: of HYDRA's scores, of all rounds of ADMM. At least 1. Default: 10.</summary>
    public int SearchEpochs
    {
        get => _epochs;
        init => _epochs = TrainingSettings.AtLeastOne(value, "number of epochs of the search");
    }

    /// <summary>The largest learning rate of the search, above 0. Default: 0.1, HYDRA's; ADMM's is 0.01.</summary>
    public double SearchRate
    {
        get => _rate;
        init => _rate = TrainingSettings.Above0(value, "learning rate of the search");
    }

    /// <summary>ADMM: how often the pruned form is brought up to date, at least 1. Default: 5.</summary>
    public int Rounds
    {
        get => _rounds;
        init => _rounds = TrainingSettings.AtLeastOne(value, "number of rounds");
    }

    /// <summary>How the search is trained: as in the end, with its own epochs and rate.</summary>
    /// <param name="epochs">Its epochs.</param>
    /// <param name="kind">The course of the rate.</param>
    internal TrainingOptions Search(int epochs, LearningRateKind kind) =>
        FineTuning with { Epochs = epochs, Schedule = new LearningRateSchedule(kind, SearchRate), AverageDecay = null, Patience = null };

    /// <summary>Everything that decides the result, by name.</summary>
    public IReadOnlyDictionary<string, string> Describe()
    {
        SortedDictionary<string, string> recipe = new(FineTuning.Describe().ToDictionary(), StringComparer.Ordinal)
        {
            ["loss"] = FineTuning.Method.Description,
            ["method"] = Method.ToString().ToLowerInvariant(),
            ["ratio"] = $"{Ratio}",
            ["structure"] = Structure.ToString().ToLowerInvariant(),
        };
        if (Method != PruningMethod.Magnitude)
        {
            recipe["search-epochs"] = $"{SearchEpochs}";
            recipe["search-lr"] = $"{SearchRate}";
        }

        if (Method == PruningMethod.Admm)
            recipe["rounds"] = $"{Rounds}";
        return recipe;
    }
}

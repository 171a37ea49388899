using System.CommandLine;
using Gdws.Cli.Evaluation;
using Gdws.Cli.Sweeps;
using Gdws.Cli.Training;
using Gdws.Data;
using Gdws.Torch.Attacks;
using Gdws.Torch.Pruning;
using Gdws.Torch.Training;

namespace Gdws.Cli.Comparison;

/// <summary>The options that say which pruned networks a comparison makes, and on which images.</summary>
internal sealed class ComparedPruning
{
    private const string Natural = "natural", Pgd = "pgd", Trades = "trades", Fast = "fast", Msd = "msd";

    /// <summary>A round of ADMM takes an epoch at least, and all methods are to search for equally long.</summary>
    private const int MostRounds = 5;

    private readonly Option<IReadOnlyList<PruningMethod>> _methods = MethodList();
    private readonly Option<IReadOnlyList<double>> _ratios =
        RatioList("--ratios", "Shares of the weights that pruning sets to zero in every layer", [0.9, 0.95]);
    private readonly Option<IReadOnlyList<double>> _filterRatios =
        RatioList("--filter-ratios", "Shares of the filters that pruning takes out of every layer (else none)", []);
    private readonly Option<string?> _data = new("--train-data")
    {
        Description = "Images that pruned networks are trained on (else the train split of --data, or its images after the first --limit)",
        HelpName = "KIND:PATH",
    };

    private readonly Option<int?> _limit = SharedOptions.OptionalWhole("--train-limit", "N", "Train on the first N images only");
    private readonly Option<string?> _loss = SharedOptions.OptionalChoice(
        "--loss", "What pruned networks are trained for (else natural without an attack, pgd with one, msd with several threat models)",
        Natural, Pgd, Trades, Fast, Msd);
    private readonly Option<int> _epochs = SharedOptions.Whole("--epochs", "N", 10, 1, "How often what stays is trained on all images", most: 100_000);
    private readonly Option<int?> _searchEpochs =
        SharedOptions.OptionalWhole("--search-epochs", "N", "hydra, admm: epochs in which it is found what can go (else --epochs)");

    public ComparedPruning() => SharedOptions.Checked(_data!, text => DatasetSpecification.Parse(text));

    /// <summary>The options, for the verb to add.</summary>
    public IEnumerable<Option> Options => [_methods, _ratios, _filterRatios, _data, _limit, _loss, _epochs, _searchEpochs];

    /// <summary>The networks asked for.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="all">The images that <c>--data</c> names.</param>
    /// <param name="classified">Those of them that accuracy is measured on.</param>
    /// <param name="attacks">What robust accuracy is measured with; what is trained for is the same threat model.</param>
    /// <param name="seed">Decides everything random.</param>
    /// <param name="device">Where it is trained.</param>
    /// <exception cref="GdwsException">There are no images to train on, or the loss doesn't suit the attack.</exception>
    public PruningSet ToSet(ParseResult arguments, IImageDataset all, IImageDataset classified, IReadOnlyList<AttackChoice> attacks, int seed, string device)
    {
        DatasetSpecification data = DatasetSpecification.Parse(arguments.GetValue(_data) ?? all.Name);
        (IImageDataset images, bool isRest) = TrainingImages(data, all, classified);
        if (arguments.GetValue(_limit) is { } limit)
            images = images.Take(limit);
        string loss = arguments.GetValue(_loss) ?? (attacks.Count switch { 0 => Natural, 1 => Pgd, _ => Msd });
        TrainingOptions training = new(MethodOf(loss, attacks))
        {
            Epochs = arguments.GetValue(_epochs),
            Schedule = new LearningRateSchedule(LearningRateKind.Cosine, 0.01),
            Augmentation = TrainingRecipe.UsualFor(data.Kind),
            Seed = seed,
        };
        int searchEpochs = arguments.GetValue(_searchEpochs) ?? training.Epochs;
        IReadOnlyList<PruningMethod> methods = arguments.GetRequiredValue(_methods);
        PruningOptions[] options =
        [
            .. Pairs(arguments.GetRequiredValue(_ratios), PruningStructure.Irregular),
            .. Pairs(arguments.GetRequiredValue(_filterRatios), PruningStructure.Filter),
        ];
        string? command = isRest
            ? null
            : $"--data {SweepSteps.Word(images.Name)} --split {images.Split} --limit {images.Count} {LossOptions(loss, attacks)} --epochs {training.Epochs}"
              + $" --seed {seed}{(device == "cpu" ? "" : $" --device {device}")}";
        return new PruningSet(images, options, command);

        IEnumerable<PruningOptions> Pairs(IEnumerable<double> ratios, PruningStructure structure) => ratios.SelectMany(ratio => methods.Select(method =>
            new PruningOptions(method, ratio, training)
            {
                Structure = structure,
                SearchEpochs = searchEpochs,
                Rounds = Math.Min(MostRounds, searchEpochs),
                SearchRate = method == PruningMethod.Admm ? 0.01 : 0.1,
            }));
    }

    /// <summary>Never those that accuracy is measured on.</summary>
    private static (IImageDataset Images, bool IsRest) TrainingImages(DatasetSpecification data, IImageDataset all, IImageDataset classified)
    {
        // What these name is one set of images, whatever the split is called.
        bool isOneSet = data.Kind is DatasetKind.Samples or DatasetKind.Svhn or DatasetKind.ImageNet;
        string split = data.Kind == DatasetKind.Samples ? "test" : "train";
        if (data.Text != all.Name || (!isOneSet && split != all.Split))
            return (ImageDataset.Open(data, split), false);
        return classified.Count < all.Count
            ? (all.Skip(classified.Count), true)
            : throw new GdwsException(
                $"pruned networks would be trained on the images of {data.Text} that accuracy is measured on; give others by --train-data,"
                + " or --limit N, and those after the first N are trained on");
    }

    private static TrainingMethod MethodOf(string loss, IReadOnlyList<AttackChoice> attacks)
    {
        ThreatModel[] threats = [.. attacks.Select(attack => new ThreatModel(attack.Norm, attack.Epsilon.Value))];
        if (loss == Natural)
            return new NaturalTraining();
        if (threats.Length == 0)
            throw new GdwsException($"--loss {loss} trains against an attack; say which by --attack and --eps, or use --loss {Natural}");
        if (threats.Length > 1 && loss != Msd)
            throw new GdwsException($"--loss {loss} knows one threat model, and robust accuracy is measured against {threats.Length}; use --loss {Msd}");
        return loss switch
        {
            Fast => new FastTraining(threats[0]),
            Trades => new TradesTraining(threats[0]) { Iterations = 10 },
            Msd => new MsdTraining(threats) { Iterations = 10 },
            _ => new PgdTraining(threats[0]) { Iterations = 10 },
        };
    }

    private static string LossOptions(string loss, IReadOnlyList<AttackChoice> attacks) => loss switch
    {
        Natural => $"--loss {Natural}",
        Msd => $"--loss {Msd} {ThreatList.Name} {string.Join(',', attacks.Select(attack => $"{NormOf(attack)}:{attack.Epsilon}"))}",
        _ => $"--loss {loss} --norm {NormOf(attacks[0])} --eps {attacks[0].Epsilon}",
    };

    private static string NormOf(AttackChoice attack) => attack.Norm.ToString().ToLowerInvariant();

    private static Option<IReadOnlyList<double>> RatioList(string name, string description, IReadOnlyList<double> fallback) => new(name)
    {
        Description = description,
        HelpName = "R,R,…",
        DefaultValueFactory = _ => fallback,
        CustomParser = result => NumberList.Parse(
            result, name, number => number is > 0 and < 1, "shares above 0 and below 1 such as 0.9,0.95"),
    };

    private static Option<IReadOnlyList<PruningMethod>> MethodList() => new("--methods")
    {
        Description = "How to prune: hydra, admm, magnitude, or some of them",
        HelpName = "NAME,NAME,…",
        DefaultValueFactory = _ => Enum.GetValues<PruningMethod>(),
        CustomParser = result =>
        {
            List<PruningMethod> methods = [];
            foreach (string word in result.Tokens[0].Value.Split(','))
            {
                PruningMethod[] found = [.. Enum.GetValues<PruningMethod>().Where(method => PruningFigure.Word(method) == word)];
                if (found.Length == 0 || methods.Contains(found[0]))
                    result.AddError($"--methods {result.Tokens[0].Value}: expected some of hydra,admm,magnitude, found '{word}'{(found.Length == 0 ? "" : " twice")}");
                else
                    methods.Add(found[0]);
            }

            return methods;
        },
    };
}

using System.CommandLine;
using System.CommandLine.Parsing;
using Gdws.Cli.Evaluation;
using Gdws.Data;
using Gdws.Torch.Attacks;
using Gdws.Torch.Training;

namespace Gdws.Cli.Training;

/// <summary>The options that say what a network is trained for, and how.</summary>
internal sealed class TrainingRecipe
{
    private const string Natural = "natural";
    private const string Pgd = "pgd";
    private const string Trades = "trades";
    private const string Fast = "fast";
    private const string Msd = "msd";
    private const string Auto = "auto";

    private readonly Option<string> _method;

    private readonly Option<string> _norm = SharedOptions.Choice("--norm", "linf", "How the size of a perturbation is measured", "linf", "l2", "l1");
    private readonly Option<Fraction?> _epsilon =
        SharedOptions.OptionalNumber("--eps", "E", "Radius ε in pixel units (else 8/255 for linf, 0.5 for l2, 12 for l1)");
    private readonly Option<IReadOnlyList<(Norm Norm, Fraction Epsilon)>?> _threats =
        ThreatList.Option("MSD: the threat models (else linf:8/255,l2:0.5,l1:12)");
    private readonly Option<Fraction?> _step =
        SharedOptions.OptionalNumber("--step", "S", "Length of a step of the attack (else 2.5 ε / iterations, for fast 1.25 ε)");
    private readonly Option<int?> _iterations = SharedOptions.OptionalWhole("--iterations", "N", "Steps of the attack (else 10)");
    private readonly Option<Fraction?> _beta = SharedOptions.OptionalNumber("--beta", "B", "TRADES: weight of robustness against natural accuracy (else 6)");
    private readonly Option<int> _epochs;
    private readonly Option<int> _batch = SharedOptions.Whole("--batch", "N", 128, 1, "Images a step", most: 65_536);
    private readonly Option<Fraction> _rate;
    private readonly Option<string> _schedule;
    private readonly Option<Fraction> _momentum = SharedOptions.Share("--momentum", "M", "0.9", "Share of the last step's velocity that is kept");
    private readonly Option<Fraction> _decay =
        SharedOptions.Share("--weight-decay", "D", "5e-4", "Pull of weights towards 0; not of biases nor of batch normalisation");
    private readonly Option<Fraction> _smoothing = SharedOptions.Share("--label-smoothing", "S", "0", "Share of a label that is spread over all classes");
    private readonly Option<Fraction?> _average =
        SharedOptions.OptionalShare("--ema", "F", "Factor of a moving average of the weights, e.g. 0.999: the average becomes the result");
    private readonly Option<string> _augmentation = SharedOptions.Choice(
        "--augment", Auto, "Random shifts, and mirroring; auto: crop-flip, for digits crop, for Fashion-MNIST none", Auto, "none", "crop", "crop-flip");
    private readonly Option<int?> _patience = SharedOptions.OptionalWhole("--patience", "N", "Stop after N epochs without a better one on --validation");

    private readonly Option<string> _precision =
        SharedOptions.Choice("--precision", "fp32", "Precision of convolutions and products of matrices in training", "fp32", "bf16");

    /// <summary>The options under the names that suit the verb.</summary>
    /// <param name="method">The option that says what for.</param>
    /// <param name="trained">What is trained, e.g. <c>the network</c>.</param>
    /// <param name="rate">The largest learning rate where none is given.</param>
    /// <param name="schedule">Its course where none is given.</param>
    public TrainingRecipe(string method = "--method", string trained = "the network", string rate = "0.1", string schedule = "cyclic")
    {
        _method = SharedOptions.Choice(method, Pgd, "What for: natural accuracy; robustness by PGD adversarial training, "
            + "TRADES or fast (one-step) training; robustness to several threat models by MSD", Natural, Pgd, Trades, Fast, Msd);
        _epochs = SharedOptions.Whole("--epochs", "N", 10, 1, $"How often {trained} is trained on all images", most: 100_000);
        _rate = SharedOptions.Number("--lr", "R", rate, $"Largest learning rate of {trained}", most: 1000);
        _schedule = SharedOptions.Choice("--schedule", schedule, "Course of the learning rate", "constant", "piecewise", "cosine", "cyclic");
    }

    /// <summary>The options, for the verb to add.</summary>
    public IEnumerable<Option> Options =>
    [
        _method, _norm, _epsilon, _threats, _step, _iterations, _beta, _epochs, _batch, _rate, _schedule, _momentum, _decay, _smoothing, _average,
        _augmentation, _patience, _precision,
    ];

    /// <summary>Refuses options that the method doesn't have.</summary>
    public void RequireOptionsOfTheMethod(CommandResult result)
    {
        string method = result.GetValue(_method) ?? Pgd;
        Option[] foreign = method switch
        {
            Natural => [_norm, _epsilon, _threats, _step, _iterations, _beta],
            Msd => [_norm, _epsilon, _step, _beta],
            Trades => [_threats],
            Fast => [_threats, _iterations, _beta],
            _ => [_threats, _beta],
        };
        foreach (Option option in foreign.Where(option => result.GetResult(option) is { Implicit: false }))
        {
            string hint = method == Msd && option != _beta ? $"; write {ThreatList.Name} linf:8/255,l2:0.5,l1:12" : option == _threats ? $"; {_method.Name} msd has" : "";
            result.AddError($"{_method.Name} {method} has no {option.Name}{hint}");
        }
    }

    /// <summary>The recipe as it was asked for.</summary>
    public TrainingOptions ToOptions(ParseResult arguments, DatasetKind data, int seed) => new(Method(arguments))
    {
        Epochs = arguments.GetValue(_epochs),
        BatchSize = arguments.GetValue(_batch),
        Schedule = new LearningRateSchedule(Enum.Parse<LearningRateKind>(arguments.GetValue(_schedule)!, ignoreCase: true), arguments.GetValue(_rate).Value),
        Momentum = arguments.GetValue(_momentum).Value,
        WeightDecay = arguments.GetValue(_decay).Value,
        LabelSmoothing = arguments.GetValue(_smoothing).Value,
        AverageDecay = arguments.GetValue(_average)?.Value,
        Augmentation = arguments.GetValue(_augmentation) switch
        {
            "none" => Augmentation.None,
            "crop" => Augmentation.Crop,
            "crop-flip" => Augmentation.CropAndFlip,
            _ => UsualFor(data),
        },
        Patience = arguments.GetValue(_patience),
        Precision = arguments.GetValue(_precision) == "bf16" ? TrainingPrecision.Bfloat16 : TrainingPrecision.Single,
        Seed = seed,
    };

    /// <summary>The augmentation that suits the images where none is asked for.</summary>
    public static Augmentation UsualFor(DatasetKind data) => data switch
    {
        DatasetKind.Mnist or DatasetKind.Svhn => Augmentation.Crop,
        DatasetKind.FashionMnist or DatasetKind.Samples => Augmentation.None,
        _ => Augmentation.CropAndFlip,
    };

    private TrainingMethod Method(ParseResult arguments)
    {
        Norm norm = ThreatModel.ParseNorm(arguments.GetValue(_norm)!);
        ThreatModel threat = new(norm, (arguments.GetValue(_epsilon) ?? ThreatList.UsualEpsilon(norm)).Value);
        int iterations = arguments.GetValue(_iterations) ?? 10;
        double? step = arguments.GetValue(_step)?.Value;
        return arguments.GetValue(_method) switch
        {
            Natural => new NaturalTraining(),
            Fast => step is { } length ? new FastTraining(threat) { Step = length } : new FastTraining(threat),
            Trades => WithStep(new TradesTraining(threat) { Iterations = iterations, Beta = arguments.GetValue(_beta)?.Value ?? 6 }, step),
            Msd => new MsdTraining([.. Threats(arguments)]) { Iterations = iterations },
            _ => WithStep(new PgdTraining(threat) { Iterations = iterations }, step),
        };
    }

    private static TradesTraining WithStep(TradesTraining method, double? step) => step is { } length ? method with { Step = length } : method;

    private static PgdTraining WithStep(PgdTraining method, double? step) => step is { } length ? method with { Step = length } : method;

    private IEnumerable<ThreatModel> Threats(ParseResult arguments) =>
        arguments.GetValue(_threats)?.Select(threat => new ThreatModel(threat.Norm, threat.Epsilon.Value))
        ?? Enum.GetValues<Norm>().Select(norm => new ThreatModel(norm, ThreatList.UsualEpsilon(norm).Value));
}

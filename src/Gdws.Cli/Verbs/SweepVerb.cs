using System.CommandLine;
using System.CommandLine.Parsing;
using Gdws.Cli.Comparison;
using Gdws.Cli.Evaluation;
using Gdws.Cli.Output;
using Gdws.Cli.Reports;
using Gdws.Cli.Sweeps;
using Gdws.Data;
using Gdws.Torch;
using Gdws.Torch.Attacks;
using Gdws.Torch.Calibration;

namespace Gdws.Cli.Verbs;

/// <summary>Approximates, evaluates and measures a network at several budgets, and reports.</summary>
internal class SweepVerb : Verb
{
    private readonly Argument<string> _network = new("NET") { Description = "The dense network (.onnx)" };
    private readonly Option<string> _data = SharedOptions.Data();
    private readonly Option<string> _split = SharedOptions.Choice("--split", "test", "Which images", "test", "train");
    private readonly Option<int?> _limit = SharedOptions.OptionalWhole("--limit", "N", "Only the first N images");
    private readonly Option<IReadOnlyList<double>> _budgets;
    private readonly ComparedPruning? _pruning;
    private readonly Option<string?> _calibrate = new("--calibrate")
    {
        Description = "Make a calibrated network at every budget too; images are drawn from these (their train split where there is one)",
        HelpName = "KIND:PATH",
    };

    private readonly Option<int> _samples =
        SharedOptions.Whole("--samples", "N", 2000, 1, "Calibration images; with an attack half of them are perturbed forms of the others");
    private readonly Option<string> _effort =
        SharedOptions.Choice("--effort", "quick", "Of the calibration: full also measures what each layer is worth; takes longer", "quick", "full");
    private readonly AttackOptions _attack = new();
    private readonly Option<int?> _attacked = SharedOptions.OptionalWhole("--attack-limit", "N", "Attack only the first N of the images");
    private readonly Option<string> _engine =
        SharedOptions.Choice("--engine", Engines.OnnxRuntime, "What runs the networks where their speed is measured", Engines.Names);
    private readonly Option<int> _batch = SharedOptions.Whole("--batch", "N", 1, 1, "Images a run where speed is measured", most: 65_536);
    private readonly Option<int> _threads = SharedOptions.Threads();
    private readonly Option<Fraction> _seconds =
        SharedOptions.Number("--seconds", "S", "3", "Time for the timed runs of each network", most: 86_400);
    private readonly Option<bool> _layers = new("--layers") { Description = "Measure the milliseconds of every layer too, dense and as GDWS; a minute or more" };
    private readonly Option<int> _pictures = SharedOptions.Whole("--pictures", "N", 6, 0, "Images in the report's gallery", most: 24);
    private readonly Option<string> _device = SharedOptions.Device();
    private readonly Option<int> _seed = SharedOptions.Seed();
    private readonly Option<string?> _title = new("--title") { Description = "The report's heading", HelpName = "TEXT" };
    private readonly Option<string> _output = new("-o", "--output")
    {
        Description = "The folder for networks, results and report; what it holds already isn't computed again",
        HelpName = "DIR",
        Required = true,
    };

    public SweepVerb() : this(
        "sweep",
        "Approximates a network at several budgets, measures accuracy and speed of all, and writes a report; goes on where it was interrupted",
        null,
        "gdws sweep net.onnx --data cifar10:cifar-10-batches-bin --budgets 1.5,2,3 --attack pgd --attack-limit 500 -o sweep",
        "gdws sweep net.onnx --data cifar10:cifar-10-batches-bin --budgets 2,3,4 --calibrate cifar10:cifar-10-batches-bin -o sweep")
    {
    }

    /// <summary>A sweep, perhaps with pruned networks in it.</summary>
    protected SweepVerb(string name, string description, ComparedPruning? pruning, params string[] examples) : base(name, description, examples)
    {
        _pruning = pruning;
        _budgets = BudgetList(isRequired: pruning is null);
        Add(_network);
        foreach (Option option in (IEnumerable<Option>)
            [
                _data, _split, _limit, _budgets, _calibrate, _samples, _effort, .. pruning?.Options ?? [], .. _attack.Options, _attacked,
                _engine, _batch, _threads, _seconds, _layers, _pictures, _device, _seed, _title, _output, SharedOptions.Json,
            ])
        {
            Add(option);
        }

        Validators.Add(_attack.RequireOptionsOfTheAttack);
        Validators.Add(RequireCalibration);
    }

    protected override void Run(VerbContext context, ParseResult arguments)
    {
        string folder = arguments.GetRequiredValue(_output);
        OutputPath.RequireWritableFolder(folder, folder);
        string network = arguments.GetRequiredValue(_network);
        OutputPath.RequireDistinct([network], Path.Combine(folder, "dense.onnx"), arguments.GetValue(SharedOptions.Json));
        if (_attack.Idle(arguments) is { } idle)
            context.Warn(idle);

        SweepSetup setup = Setup(context, arguments, network);
        FolderAnswers answers = new(folder);
        SweepResult result = context.Track(progress => new SweepRun(setup, answers, progress, context.Cancellation).Run());
        context.Cancellation.ThrowIfCancellationRequested();
        AtomicFile.WriteText(Path.Combine(folder, SweepFolder.Results), SweepJson.Write(result));
        AtomicFile.WriteText(Path.Combine(folder, SweepFolder.Report), ReportPage.Write(result));

        Print(context, result);
        context.Line($"{Path.Combine(folder, SweepFolder.Report)}: {answers.Computed} answers computed, {answers.Found} known before;"
            + $" {Quantity.Time(context.Seconds)}");
        context.WriteJson(result);
    }

    /// <summary>Prints what came out.</summary>
    protected virtual void Print(VerbContext context, SweepResult result) => SweepTable.Print(context, result);

    private SweepSetup Setup(VerbContext context, ParseResult arguments, string network)
    {
        int seed = arguments.GetValue(_seed);
        IImageDataset all = ImageDataset.Open(arguments.GetRequiredValue(_data), arguments.GetValue(_split)!);
        IImageDataset images = arguments.GetValue(_limit) is { } limit ? all.Take(limit) : all;
        IReadOnlyList<AttackChoice> attacks = _attack.Choices(arguments, seed);
        string device = arguments.GetValue(_device)!;
        IReadOnlyList<double> budgets = arguments.GetRequiredValue(_budgets);
        (IImageDataset? calibration, bool isRest) = CalibrationImages(context, arguments, all, images);
        return new SweepSetup
        {
            Network = network,
            Images = images,
            Attacked = arguments.GetValue(_attacked),
            Budgets = budgets,
            CalibratedBudgets = calibration is null ? [] : budgets,
            CalibrationImages = calibration,
            CanCalibrateByHand = !isRest,
            Calibration = new CalibrationOptions
            {
                Samples = arguments.GetValue(_samples),
                Attack = attacks.Count == 0 ? null : (PgdAttack)(attacks[0] with { Kind = "pgd", Step = null, Iterations = 10, Restarts = 1 }).ToAttack(),
                Seed = seed,
                Effort = arguments.GetValue(_effort) == "full" ? CalibrationEffort.Full : CalibrationEffort.Quick,
                Device = device == "cpu" ? null : TorchRuntime.Device(device),
            },
            Prunings = _pruning?.ToSet(arguments, all, images, attacks, seed, device),
            Attacks = attacks,
            Device = device,
            Engine = arguments.GetValue(_engine)!,
            Batch = arguments.GetValue(_batch),
            Threads = arguments.GetValue(_threads),
            Duration = TimeSpan.FromSeconds(arguments.GetValue(_seconds).Value),
            LayerTimes = arguments.GetValue(_layers),
            Pictures = arguments.GetValue(_pictures),
            Seed = seed,
            Title = arguments.GetValue(_title) ?? $"{Path.GetFileNameWithoutExtension(network)}, before and after",
            Command = $"gdws {string.Join(' ', arguments.Tokens.Select(token => SweepSteps.Word(token.Value)))}",
        };
    }

    /// <summary>
    /// What isn't classified calibrates where both are asked of the same images: accuracy on images that a network was fitted to flatters it.
    /// </summary>
    private (IImageDataset? Images, bool IsRest) CalibrationImages(VerbContext context, ParseResult arguments, IImageDataset all, IImageDataset classified)
    {
        if (arguments.GetValue(_calibrate) is not { } text)
            return (null, false);
        DatasetSpecification data = DatasetSpecification.Parse(text);
        string split = data.Kind == DatasetKind.Samples ? "test" : "train";
        if (text == all.Name && split == all.Split && classified.Count < all.Count)
            return (all.Skip(classified.Count), true);
        if (text == all.Name && split == all.Split)
        {
            context.Warn($"calibrated on the images of {text} that accuracy is measured on, which flatters the calibrated networks;"
                + " with --limit N the images after the first N calibrate");
        }

        return (ImageDataset.Open(data, split), false);
    }

    private void RequireCalibration(CommandResult result)
    {
        if (result.GetResult(_calibrate) is { Implicit: false })
            return;
        foreach (Option option in ((Option[])[_samples, _effort]).Where(option => result.GetResult(option) is { Implicit: false }))
            result.AddError($"{option.Name} belongs to a calibration: give --calibrate KIND:PATH too");
    }

    private static Option<IReadOnlyList<double>> BudgetList(bool isRequired)
    {
        Option<IReadOnlyList<double>> option = new("--budgets")
        {
            Description = "How many times fewer MACs the networks are to need, e.g. 1.5,2,3",
            HelpName = "R,R,…",
            Required = isRequired,
            CustomParser = result => NumberList.Parse(result, "--budgets", number => number >= 1, "numbers of at least 1 such as 1.5,2,3"),
        };
        if (!isRequired)
            option.DefaultValueFactory = _ => [1.5, 2, 3];
        return option;
    }
}

using System.CommandLine;
using System.CommandLine.Parsing;
using Gdws.Cli.Evaluation;
using Gdws.Cli.Output;
using Gdws.Cli.Verbs;
using Gdws.Data;
using Gdws.Planning;
using Gdws.Torch;
using Gdws.Torch.Attacks;
using Gdws.Torch.Calibration;

namespace Gdws.Cli.Approximation;

/// <summary>The options of <c>approximate</c> that say on which images it is calibrated, and how.</summary>
internal sealed class CalibrationChoice
{
    private const string NoAttack = "none";

    private readonly Option<string?> _data = new("--calibrate")
    {
        Description = "Choose kernels and fit weights on these images: far more accurate at the same MACs, still without training",
        HelpName = "KIND:PATH",
    };

    private readonly Option<string?> _split =
        SharedOptions.OptionalChoice("--split", "Which calibration images (else train, where there are any)", "train", "test");
    private readonly Option<int> _samples =
        SharedOptions.Whole("--samples", "N", 2000, 1, "Calibration images; with an attack half of them are perturbed forms of the others");
    private readonly Option<string> _attack = SharedOptions.Choice("--attack", "pgd", "How half of the calibration images are perturbed", "pgd", NoAttack);
    private readonly Option<string> _norm = SharedOptions.Choice("--norm", "linf", "How the size of a perturbation is measured", "linf", "l2", "l1");
    private readonly Option<Fraction?> _epsilon =
        SharedOptions.OptionalNumber("--eps", "E", "Radius ε in pixel units (else 8/255 for linf, 0.5 for l2, 12 for l1)");
    private readonly Option<string> _effort =
        SharedOptions.Choice("--effort", "quick", "full also measures what each layer is worth and improves kernels by turns; takes longer", "quick", "full");
    private readonly Option<int> _seed = SharedOptions.Seed();
    private readonly Option<string> _device = new("--device")
    {
        Description = "Where the calibration runs: cpu, cuda or cuda:N",
        HelpName = "cpu|cuda",
        DefaultValueFactory = _ => "cpu",
    };

    /// <summary>The options, for the verb to add.</summary>
    public IEnumerable<Option> Options => [_data, _split, _samples, _attack, _norm, _epsilon, _effort, _seed, _device];

    /// <summary>Whether the user asked for a calibration.</summary>
    public bool IsWanted(ParseResult arguments) => arguments.GetValue(_data) is not null;

    /// <summary>Refuses options of a calibration where there is none.</summary>
    public void RequireCalibration(CommandResult result)
    {
        if (result.GetResult(_data) is { Implicit: false })
            return;
        foreach (Option option in Options.Skip(1).Where(option => result.GetResult(option) is { Implicit: false }))
            result.AddError($"{option.Name} belongs to a calibration: give --calibrate KIND:PATH too");
    }

    /// <summary>Learns from the images what every budget needs.</summary>
    public IApproximation Prepare(VerbContext context, ParseResult arguments, Spectra spectra, bool always, IProgress<WorkProgress> progress)
    {
        IImageDataset images = Images(context, arguments);
        CalibrationOptions options = new()
        {
            Samples = arguments.GetValue(_samples),
            Attack = Attack(arguments),
            Seed = arguments.GetValue(_seed),
            Effort = arguments.GetValue(_effort) == "full" ? CalibrationEffort.Full : CalibrationEffort.Quick,
            Device = TorchRuntime.Device(arguments.GetValue(_device)!),
        };
        RelayedProgress<CalibrationProgress> relayed = new(progress, p => new WorkProgress(p.Stage, p.Done, p.Total, p.Unit));
        CalibrationStatistics statistics = CalibrationStatistics.Collect(spectra, images, options, relayed, context.Cancellation);
        try
        {
            foreach (string warning in statistics.Warnings)
                context.Warn(warning);
            return new CalibratedApproximation(statistics, new Calibrator(statistics, null, relayed, context.Cancellation), always);
        }
        catch
        {
            statistics.Dispose();
            throw;
        }
    }

    private IImageDataset Images(VerbContext context, ParseResult arguments)
    {
        DatasetSpecification data = DatasetSpecification.Parse(arguments.GetValue(_data)!);
        string? split = arguments.GetValue(_split);
        bool onlyTest = data.Kind == DatasetKind.Samples;
        if (split == "test" || (onlyTest && split is null))
            context.Warn($"calibrated on test images of {data.Text}: accuracy measured on the same ones afterwards looks a little better than it is");
        IImageDataset images = ImageDataset.Open(data, split ?? (onlyTest ? "test" : "train"));
        if (images.Count < arguments.GetValue(_samples) / 2 && arguments.GetResult(_samples) is { Implicit: false })
            context.Warn($"{data.Text} has only {images.Count:N0} images");
        return images;
    }

    private PgdAttack? Attack(ParseResult arguments)
    {
        if (arguments.GetValue(_attack) == NoAttack)
            return null;
        Norm norm = ThreatModel.ParseNorm(arguments.GetValue(_norm)!);
        Fraction epsilon = arguments.GetValue(_epsilon) ?? ThreatList.UsualEpsilon(norm);
        return (PgdAttack)new AttackChoice(norm, epsilon) { Iterations = 10, Seed = arguments.GetValue(_seed) }.ToAttack();
    }
}

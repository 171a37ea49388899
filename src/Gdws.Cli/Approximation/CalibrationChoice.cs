using System.CommandLine;
using System.CommandLine.Parsing;
using Gdws.Cli.Output;
using Gdws.Cli.Verbs;
using Gdws.Data;
using Gdws.Planning;
using Gdws.Torch;
using Gdws.Torch.Calibration;

namespace Gdws.Cli.Approximation;

/// <summary>The options of <c>approximate</c> that say on which images it is calibrated, and how.</summary>
/// <param name="perturbation">How the images are perturbed.</param>
internal sealed class CalibrationChoice(PerturbationOptions perturbation)
{
    private readonly Option<string?> _data = new("--calibrate")
    {
        Description = "Choose kernels and fit weights on these images: far more accurate at the same MACs, still without training",
        HelpName = "KIND:PATH",
    };

    private readonly Option<string?> _split =
        SharedOptions.OptionalChoice("--split", "Which calibration images (else train, where there are any)", "train", "test");
    private readonly Option<int> _samples =
        SharedOptions.Whole("--samples", "N", 2000, 1, "Calibration images; with an attack half of them are perturbed forms of the others");
    private readonly Option<string> _effort =
        SharedOptions.Choice("--effort", "quick", "full also measures what each layer is worth and improves kernels by turns; takes longer", "quick", "full");

    /// <summary>The options, for the verb to add.</summary>
    public IReadOnlyList<Option> Options => [_data, _split, _samples, _effort];

    /// <summary>Whether the user asked for a calibration.</summary>
    public bool IsWanted(ParseResult arguments) => arguments.GetValue(_data) is not null;

    /// <summary>The same while the command line is checked.</summary>
    public bool IsWanted(CommandResult result) => result.GetResult(_data) is { Implicit: false };

    /// <summary>Refuses options of a calibration where there is none.</summary>
    public void RequireCalibration(CommandResult result)
    {
        if (IsWanted(result))
            return;
        foreach (Option option in Options.Skip(1).Where(option => result.GetResult(option) is { Implicit: false }))
            result.AddError($"{option.Name} belongs to a calibration: give --calibrate KIND:PATH too");
    }

    /// <summary>Learns from the images what every budget needs.</summary>
    public CalibratedApproximation Prepare(VerbContext context, ParseResult arguments, Spectra spectra, bool always, IProgress<WorkProgress> progress)
    {
        IImageDataset images = Images(context, arguments);
        CalibrationOptions options = new()
        {
            Samples = arguments.GetValue(_samples),
            Attack = perturbation.OfCalibration(arguments),
            Seed = perturbation.Seed(arguments),
            Effort = arguments.GetValue(_effort) == "full" ? CalibrationEffort.Full : CalibrationEffort.Quick,
            Device = TorchRuntime.Device(perturbation.Device(arguments)),
        };
        RelayedProgress<CalibrationProgress> relayed = new(progress, p => new WorkProgress(p.Stage, p.Done, p.Total, p.Unit));
        CalibrationStatistics statistics = CalibrationStatistics.Collect(spectra, images, options, relayed, context.Cancellation);
        try
        {
            foreach (string warning in statistics.Warnings)
                context.Warn(warning);
            return new CalibratedApproximation(statistics, new Calibrator(statistics, null, relayed, releaseMoments: true, context.Cancellation), always);
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
}

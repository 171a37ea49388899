using System.CommandLine;
using System.CommandLine.Parsing;
using Gdws.Cli.Approximation;
using Gdws.Cli.Output;
using Gdws.Onnx;
using Gdws.Planning;
using Gdws.Torch.Sensitivity;

namespace Gdws.Cli.Verbs;

/// <summary>Replaces a network's convolutions by generalized depthwise-separable ones.</summary>
internal sealed class ApproximateVerb : Verb
{
    private readonly Argument<string> _network = new("NET") { Description = "A network (.onnx)" };
    private readonly Option<string> _output = SharedOptions.OutputNetwork();
    private readonly BudgetOptions _budget = new();

    private readonly Option<string?> _sensitivity = new("--sensitivity")
    {
        Description = "Weights α of the error (of `gdws sensitivity`, or alphas.pth of the paper's code)",
        HelpName = "ALPHA",
    };

    private readonly Option<string[]> _exclude = new("--exclude")
    {
        Description = "Layers to leave alone, e.g. 'layer1.*'; may be given several times",
        HelpName = "GLOB",
    };

    private readonly Option<bool> _includeFirst = new("--include-first")
    {
        Description = "Replace the network's first convolution too",
    };

    private readonly Option<bool> _always = new("--always")
    {
        Description = "Replace layers also where that takes as many MACs or more",
    };

    private readonly Option<bool> _biasCorrection = new("--bias-correction")
    {
        Description = "Keep the means of layers behind a batch normalisation by their bias; needs no images (--calibrate does more)",
    };

    private readonly PerturbationOptions _perturbation = new();
    private readonly CalibrationChoice _calibration;
    private readonly MaxDropOptions _maxDrop;
    private readonly LatencyChoice _latency = new();

    private readonly Option<string?> _plan = new("--plan")
    {
        Description = "Write the plan, what was kept in every layer and why, as JSON",
        HelpName = "PLAN.json",
    };

    public ApproximateVerb() : base(
        "approximate",
        "Replaces a network's K×K convolutions by GDWS ones, without training;"
        + " give exactly one of --beta, --kernels-per-channel, --speedup-macs, --speedup, --latency, --max-drop",
        "gdws approximate net.onnx --speedup-macs 2 -o net.gdws.onnx",
        "gdws approximate net.onnx --speedup-macs 3 --calibrate cifar10:cifar-10-batches-bin --effort full -o net.gdws.onnx",
        "gdws approximate net.onnx --max-drop 1 --data cifar10:cifar-10-batches-bin --limit 1000 --calibrate cifar10:cifar-10-batches-bin -o net.gdws.onnx",
        "gdws approximate net.onnx --speedup 2 --latency-model latency.json -o net.gdws.onnx",
        "gdws approximate net.onnx --beta 0.005 --exclude 'layer4.*' --plan plan.json -o net.gdws.onnx")
    {
        _calibration = new CalibrationChoice(_perturbation);
        _maxDrop = new MaxDropOptions(_budget, _perturbation);
        Add(_network);
        Add(_output);
        foreach (Option budget in _budget.Bounds)
            Add(budget);
        Add(_sensitivity);
        Add(_exclude);
        Add(_includeFirst);
        Add(_always);
        Add(_budget.RoundTo);
        Add(_biasCorrection);
        Add(_plan);
        foreach (Option option in (Option[])[.. _latency.Options, .. _calibration.Options, .. _maxDrop.Options, .. _perturbation.Options])
            Add(option);
        Add(SharedOptions.Json);
        Validators.Add(_budget.RequireOne);
        Validators.Add(_calibration.RequireCalibration);
        Validators.Add(_maxDrop.RequireData);
        Validators.Add(RequireImagesToPerturb);
        Validators.Add(RequireOneCorrection);
        Validators.Add(result => _latency.RequireBudgetOfTime(result, _budget.IsOfTime(result)));
    }

    protected override void Run(VerbContext context, ParseResult arguments)
    {
        string source = arguments.GetRequiredValue(_network), output = arguments.GetRequiredValue(_output);
        string? planFile = arguments.GetValue(_plan);
        OutputPath.RequireDistinct([source, arguments.GetValue(_sensitivity), _latency.File(arguments)], output, planFile, arguments.GetValue(SharedOptions.Json));
        OutputPath.RequireWritable(output);
        if (planFile is not null)
            OutputPath.RequireWritable(planFile);

        OnnxModel network = NetworkFile.Load(source);
        Spectra spectra = Spectra.Of(network, new SpectraOptions
        {
            IncludeFirst = arguments.GetValue(_includeFirst),
            Exclude = arguments.GetValue(_exclude) ?? [],
        });
        if (arguments.GetValue(_sensitivity) is { } alpha)
            spectra = Weighted(context, spectra, SensitivityFile.Read(alpha));
        context.Cancellation.ThrowIfCancellationRequested();

        MaxDropSearch? search = _maxDrop.Of(context, arguments, network);
        Budget? budget = search is null ? _budget.Of(arguments) : null;
        if (budget is { IsOfTime: true })
            budget = budget with { Latency = _latency.Model(context, arguments, network) };
        Approximated? result = Approximate(context, arguments, spectra, budget, search);
        context.Cancellation.ThrowIfCancellationRequested();
        if (search is not null)
            MaxDropReport.Show(context, search);
        if (result is null)
            throw new GdwsException($"{source}: no smaller network was found whose accuracy drops by no more than {_budget.MaxDrop(arguments)} points");
        result.Network.Save(output);
        if (planFile is not null)
            result.Plan.Save(planFile);
        PlanReport.Show(context, network, result, output);
        if (result.Plan.BiasCorrection)
            PlanReport.ShowBiasCorrection(context, network, result.Plan);
        context.WriteJson(() => Document(context, arguments, source, output, result.Plan, search));
    }

    private Approximated? Approximate(
        VerbContext context, ParseResult arguments, Spectra spectra, Budget? budget, MaxDropSearch? search) => context.Track(progress =>
    {
        bool always = arguments.GetValue(_always);
        using IApproximation approximation = _calibration.IsWanted(arguments)
            ? _calibration.Prepare(context, arguments, spectra, always, progress)
            : new PlainApproximation(spectra, always, arguments.GetValue(_biasCorrection));
        if (search is null)
            return approximation.Within(budget!, context.Cancellation);
        if (approximation is CalibratedApproximation calibrated && calibrated.SharedWith(search.Data) is { } shared)
            context.Warn(shared);
        return search.Run(approximation, spectra.Network, _budget.RoundToOfNetwork(arguments), progress, context.Cancellation);
    });

    /// <summary>A calibration fits biases anyway, and better.</summary>
    private void RequireOneCorrection(CommandResult result)
    {
        if (_calibration.IsWanted(result) && result.GetResult(_biasCorrection) is { Implicit: false })
            result.AddError("--bias-correction is for approximations without images; --calibrate fits the biases to its images");
    }

    /// <summary>Refuses options of an attack where there are no images to perturb.</summary>
    private void RequireImagesToPerturb(CommandResult result)
    {
        if (_calibration.IsWanted(result) || _budget.IsMaxDrop(result))
            return;
        foreach (Option option in _perturbation.Options.Where(option => result.GetResult(option) is { Implicit: false }))
            result.AddError($"{option.Name} belongs to a calibration or --max-drop: give --calibrate KIND:PATH too");
    }

    private static Spectra Weighted(VerbContext context, Spectra spectra, SensitivityEstimate sensitivity)
    {
        if (sensitivity.IsOfAnother(spectra.Network))
            context.Warn($"{sensitivity.Source}: was made from another network than {spectra.Network.Source}");
        return sensitivity.Weight(spectra);
    }

    private object Document(VerbContext context, ParseResult arguments, string source, string output, GdwsPlan plan, MaxDropSearch? search) => new
    {
        Source = source,
        Output = output,
        Budget = new
        {
            Kind = search is null ? BudgetOptions.NameOf(plan.Budget.Kind) : "max-drop",
            Value = _budget.MaxDrop(arguments) ?? plan.Budget.Value,
            plan.Budget.RoundTo,
        },
        plan.MacsBefore,
        plan.MacsAfter,
        SpeedupMacs = PlanReport.Speedup(plan),
        context.Seconds,
        Layers = PlanReport.Layers(plan),
        plan.Latency,
        Tried = search is null ? null : MaxDropReport.Document(search),
    };
}

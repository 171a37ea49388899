using System.CommandLine;
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

    private readonly CalibrationChoice _calibration = new();
    private readonly LatencyChoice _latency = new();

    private readonly Option<string?> _plan = new("--plan")
    {
        Description = "Write the plan, what was kept in every layer and why, as JSON",
        HelpName = "PLAN.json",
    };

    public ApproximateVerb() : base(
        "approximate",
        "Replaces a network's K×K convolutions by GDWS ones, without training;"
        + " give exactly one of --beta, --kernels-per-channel, --speedup-macs, --speedup, --latency",
        "gdws approximate net.onnx --speedup-macs 2 -o net.gdws.onnx",
        "gdws approximate net.onnx --speedup-macs 3 --calibrate cifar10:cifar-10-batches-bin --effort full -o net.gdws.onnx",
        "gdws approximate net.onnx --speedup 2 --latency-model latency.json -o net.gdws.onnx",
        "gdws approximate net.onnx --beta 0.005 --exclude 'layer4.*' --plan plan.json -o net.gdws.onnx")
    {
        Add(_network);
        Add(_output);
        foreach (Option budget in _budget.Bounds)
            Add(budget);
        Add(_sensitivity);
        Add(_exclude);
        Add(_includeFirst);
        Add(_always);
        Add(_budget.RoundTo);
        Add(_plan);
        foreach (Option option in (Option[])[.. _latency.Options, .. _calibration.Options])
            Add(option);
        Add(SharedOptions.Json);
        Validators.Add(_budget.RequireOne);
        Validators.Add(_calibration.RequireCalibration);
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

        Budget budget = _budget.Of(arguments);
        if (budget.IsOfTime)
            budget = budget with { Latency = _latency.Model(context, arguments, network) };
        Approximated result = Approximate(context, arguments, spectra, budget);
        context.Cancellation.ThrowIfCancellationRequested();
        result.Network.Save(output);
        if (planFile is not null)
            result.Plan.Save(planFile);
        PlanReport.Show(context, network, result, output);
        context.WriteJson(() => Document(context, source, output, result.Plan));
    }

    private Approximated Approximate(VerbContext context, ParseResult arguments, Spectra spectra, Budget budget) => context.Track(progress =>
    {
        bool always = arguments.GetValue(_always);
        using IApproximation approximation = _calibration.IsWanted(arguments)
            ? _calibration.Prepare(context, arguments, spectra, always, progress)
            : new PlainApproximation(spectra, always);
        return approximation.Within(budget, context.Cancellation);
    });

    private static Spectra Weighted(VerbContext context, Spectra spectra, SensitivityEstimate sensitivity)
    {
        if (sensitivity.IsOfAnother(spectra.Network))
            context.Warn($"{sensitivity.Source}: was made from another network than {spectra.Network.Source}");
        return sensitivity.Weight(spectra);
    }

    private static object Document(VerbContext context, string source, string output, GdwsPlan plan) => new
    {
        Source = source,
        Output = output,
        Budget = new { Kind = BudgetOptions.NameOf(plan.Budget.Kind), plan.Budget.Value, plan.Budget.RoundTo },
        plan.MacsBefore,
        plan.MacsAfter,
        SpeedupMacs = PlanReport.Speedup(plan),
        context.Seconds,
        Layers = PlanReport.Layers(plan),
        plan.Latency,
    };
}

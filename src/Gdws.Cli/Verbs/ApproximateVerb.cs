using System.CommandLine;
using System.CommandLine.Parsing;
using Gdws.Cli.Output;
using Gdws.Cli.Sweeps;
using Gdws.Onnx;
using Gdws.Planning;
using Gdws.Torch.Calibration;
using Gdws.Torch.Sensitivity;

namespace Gdws.Cli.Verbs;

/// <summary>Replaces a network's convolutions by generalized depthwise-separable ones.</summary>
internal sealed class ApproximateVerb : Verb
{
    private readonly Argument<string> _network = new("NET") { Description = "A network (.onnx)" };
    private readonly Option<string> _output = SharedOptions.OutputNetwork();
    private readonly Option<double?> _beta =
        BudgetOption("--beta", "B", "LEGO: the fewest kernels within a weighted error of B in every layer");
    private readonly Option<double?> _kernels =
        BudgetOption("--kernels-per-channel", "R", "MEGO: the smallest error with G = round(R·C) kernels in every layer");
    private readonly Option<double?> _speedup =
        BudgetOption("--speedup-macs", "R", "The whole network needs 1/R of its MACs; one threshold for all layers");

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

    private readonly Option<int?> _roundTo = new("--round-to")
    {
        Description = "G is a multiple of N in every layer; runtimes are several times slower with other numbers than multiples of 16 (else 16 for "
            + "--speedup-macs, 1 for budgets whose G is defined exactly)",
        HelpName = "N",
    };

    private readonly CalibrationChoice _calibration = new();

    private readonly Option<string?> _plan = new("--plan")
    {
        Description = "Write the plan, what was kept in every layer and why, as JSON",
        HelpName = "PLAN.json",
    };

    public ApproximateVerb() : base(
        "approximate",
        "Replaces a network's K×K convolutions by GDWS ones, without training;"
        + " give exactly one of --beta, --kernels-per-channel, --speedup-macs",
        "gdws approximate net.onnx --speedup-macs 2 -o net.gdws.onnx",
        "gdws approximate net.onnx --speedup-macs 3 --calibrate cifar10:cifar-10-batches-bin --effort full -o net.gdws.onnx",
        "gdws approximate net.onnx --beta 0.005 --exclude 'layer4.*' --plan plan.json -o net.gdws.onnx")
    {
        Add(_network);
        Add(_output);
        foreach (Option<double?> budget in Budgets)
            Add(budget);
        Add(_sensitivity);
        Add(_exclude);
        Add(_includeFirst);
        Add(_always);
        Add(_roundTo);
        Add(_plan);
        foreach (Option option in _calibration.Options)
            Add(option);
        Add(SharedOptions.Json);
        Validators.Add(RequireOneBudget);
        Validators.Add(_calibration.RequireCalibration);
    }

    private Option<double?>[] Budgets => [_beta, _kernels, _speedup];

    protected override void Run(VerbContext context, ParseResult arguments)
    {
        string source = arguments.GetRequiredValue(_network), output = arguments.GetRequiredValue(_output);
        string? planFile = arguments.GetValue(_plan);
        OutputPath.RequireDistinct([source, arguments.GetValue(_sensitivity)], output, planFile, arguments.GetValue(SharedOptions.Json));
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

        (GdwsPlan plan, OnnxModel result) = Approximate(context, arguments, spectra);
        context.Cancellation.ThrowIfCancellationRequested();
        result.Save(output);
        if (planFile is not null)
            plan.Save(planFile);

        if (plan.Layers.Any(layer => layer.IsGdws))
            PlanTable(plan).Print(context.Output);
        else
            context.Warn("no layer is replaced: within this budget GDWS would take as many MACs or more everywhere");
        context.Line();
        foreach (string line in LeftAlone(plan))
            context.Line(line);
        (long before, long after) = (NetworkComplexity.Of(network).Parameters, NetworkComplexity.Of(result).Parameters);
        context.Line($"{output}: {Quantity.Large(plan.MacsBefore)} → {Quantity.Large(plan.MacsAfter)} MACs"
            + $" ({Quantity.Ratio(Speedup(plan))} fewer), {Quantity.Large(before)} → {Quantity.Large(after)} parameters");
        if (plan.Layers.Count(layer => layer.IsGdws && layer.Kernels % Planner.RuntimeBlock != 0) is > 0 and int odd)
            context.Line($"hint: in {odd} layers G is no multiple of {Planner.RuntimeBlock}, with which ONNX Runtime is several times slower; --round-to {Planner.RuntimeBlock} rounds up");
        context.WriteJson(() => Document(context, source, output, plan));
    }

    /// <summary>How many times fewer MACs the whole network needs.</summary>
    public static double Speedup(GdwsPlan plan) => plan.MacsAfter == 0 ? 1 : (double)plan.MacsBefore / plan.MacsAfter;

    private (GdwsPlan Plan, OnnxModel Network) Approximate(VerbContext context, ParseResult arguments, Spectra spectra)
    {
        bool always = arguments.GetValue(_always);
        Budget budget = BudgetOf(arguments);
        if (_calibration.IsWanted(arguments))
        {
            CalibrationResult calibrated = _calibration.Run(context, arguments, spectra, budget, always);
            return (calibrated.Plan, calibrated.Network);
        }

        GdwsPlan plan = budget.Kind switch
        {
            BudgetKind.Beta => Planner.WithinError(spectra, budget.Value, always, budget.RoundTo),
            BudgetKind.KernelsPerChannel => Planner.WithKernelsPerChannel(spectra, budget.Value, always, budget.RoundTo),
            _ => Planner.WithinMacs(spectra, budget.Value, always, budget.RoundTo),
        };
        return (plan, plan.ApplyTo(spectra.Network));
    }

    private Budget BudgetOf(ParseResult arguments)
    {
        int? roundTo = arguments.GetValue(_roundTo);
        if (arguments.GetValue(_beta) is { } beta)
            return new Budget(BudgetKind.Beta, beta, roundTo ?? 1);
        return arguments.GetValue(_kernels) is { } ratio
            ? new Budget(BudgetKind.KernelsPerChannel, ratio, roundTo ?? 1)
            : new Budget(BudgetKind.SpeedupMacs, arguments.GetValue(_speedup)!.Value, roundTo ?? Planner.RuntimeBlock);
    }

    private static Spectra Weighted(VerbContext context, Spectra spectra, SensitivityEstimate sensitivity)
    {
        if (sensitivity.IsOfAnother(spectra.Network))
            context.Warn($"{sensitivity.Source}: was made from another network than {spectra.Network.Source}");
        return sensitivity.Weight(spectra);
    }

    private static FigureTable PlanTable(GdwsPlan plan)
    {
        FigureTable table = new FigureTable().Words("layer").Figures("M", "C", "K", "G", "G/C", "error", "MACs before", "after", "saving");
        foreach (PlannedLayer layer in plan.Layers.Where(l => l.IsGdws))
        {
            table.Row(
                layer.Name,
                $"{layer.Outputs}",
                $"{layer.Inputs}",
                layer.Kernel[0] == layer.Kernel[1] ? $"{layer.Kernel[0]}" : $"{layer.Kernel[0]}×{layer.Kernel[1]}",
                $"{layer.Kernels}",
                $"{(double)layer.Kernels / layer.Inputs:F2}",
                Quantity.Small(layer.WeightedError),
                Quantity.Large(layer.MacsBefore),
                Quantity.Large(layer.MacsAfter),
                layer.MacsAfter == 0 ? "-" : Quantity.Ratio((double)layer.MacsBefore / layer.MacsAfter));
        }

        return table;
    }

    /// <summary>A line a reason, with the layers that it holds for.</summary>
    private static IEnumerable<string> LeftAlone(GdwsPlan plan)
    {
        const int shown = 4;
        foreach (IGrouping<string, PlannedLayer> group in plan.Layers.Where(l => !l.IsGdws).GroupBy(ReasonWithoutFigures))
        {
            string more = group.Count() > shown ? $" and {group.Count() - shown} more" : "";
            yield return $"left alone: {string.Join(", ", group.Take(shown).Select(l => l.Name))}{more} ({group.Key})";
        }
    }

    private static string ReasonWithoutFigures(PlannedLayer layer)
    {
        string reason = layer.Reason ?? "";
        return reason.StartsWith("stays dense", StringComparison.Ordinal) ? "GDWS would take as many MACs or more" : reason;
    }

    private static object Document(VerbContext context, string source, string output, GdwsPlan plan) => new
    {
        Source = source,
        Output = output,
        Budget = new { Kind = BudgetName(plan.Budget.Kind), plan.Budget.Value, plan.Budget.RoundTo },
        plan.MacsBefore,
        plan.MacsAfter,
        SpeedupMacs = Speedup(plan),
        context.Seconds,
        Layers = plan.Layers.Select(LayerFigure.Of),
    };

    /// <summary>The name of the option that gives such a budget, without the dashes.</summary>
    private static string BudgetName(BudgetKind kind) => kind switch
    {
        BudgetKind.Beta => "beta",
        BudgetKind.KernelsPerChannel => "kernels-per-channel",
        BudgetKind.SpeedupMacs => "speedup-macs",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    private void RequireOneBudget(CommandResult result)
    {
        string[] given = [.. Budgets.Where(option => result.GetResult(option) is { Implicit: false }).Select(option => option.Name)];
        if (given.Length != 1)
        {
            string found = given.Length == 0 ? "none" : string.Join(" and ", given);
            result.AddError($"give exactly one of {string.Join(", ", Budgets.Select(option => option.Name))}; found {found}");
        }
    }

    private static Option<double?> BudgetOption(string name, string helpName, string description)
    {
        Option<double?> option = new(name) { Description = description, HelpName = helpName };
        option.CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (Fraction.TryParse(text, out Fraction value))
                return value.Value;
            result.AddError($"{name} {text}: expected a number, at least 0");
            return null;
        };
        return option;
    }
}

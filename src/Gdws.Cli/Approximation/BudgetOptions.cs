using System.CommandLine;
using System.CommandLine.Parsing;
using Gdws.Planning;

namespace Gdws.Cli.Approximation;

/// <summary>The options of <c>approximate</c> that bound it; exactly one is given.</summary>
internal sealed class BudgetOptions
{
    private readonly Option<double?> _beta =
        Bound("--beta", "B", "LEGO: the fewest kernels within a weighted error of B in every layer");
    private readonly Option<double?> _kernels =
        Bound("--kernels-per-channel", "R", "MEGO: the smallest error with G = round(R·C) kernels in every layer");
    private readonly Option<double?> _speedup =
        Bound("--speedup-macs", "R", "The whole network needs 1/R of its MACs; one threshold for all layers");

    private readonly Option<double?> _maxDrop =
        Bound("--max-drop", "POINTS", "The smallest network whose accuracy on --data drops by no more: natural accuracy, with --attack robust accuracy");
    private readonly Option<double?> _time =
        Bound("--speedup", "R", "The whole network needs 1/R of its time, by the measured times of its layers");
    private readonly Option<double?> _latency =
        Bound("--latency", "MS", "The whole network needs at most MS milliseconds a run, by the measured times of its layers");

    private readonly Option<int?> _roundTo = new("--round-to")
    {
        Description = "G is a multiple of N in every layer; runtimes are several times slower with other numbers than multiples of 16 (else 16 for "
            + "budgets of the whole network, 1 for budgets whose G is defined exactly)",
        HelpName = "N",
    };

    /// <summary>The budgets, for the verb to add.</summary>
    public IReadOnlyList<Option<double?>> Bounds => [_beta, _kernels, _speedup, _time, _latency, _maxDrop];

    /// <summary><c>--round-to</c>.</summary>
    public Option<int?> RoundTo => _roundTo;

    /// <summary>The name of the option that gives such a budget, without the dashes.</summary>
    public static string NameOf(BudgetKind kind) => kind switch
    {
        BudgetKind.Beta => "beta",
        BudgetKind.KernelsPerChannel => "kernels-per-channel",
        BudgetKind.SpeedupMacs => "speedup-macs",
        BudgetKind.Speedup => "speedup",
        BudgetKind.Latency => "latency",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    /// <summary>Whether a budget of measured time is given.</summary>
    public bool IsOfTime(CommandResult result) =>
        result.GetResult(_time) is { Implicit: false } || result.GetResult(_latency) is { Implicit: false };

    /// <summary>Refuses none or several.</summary>
    public void RequireOne(CommandResult result)
    {
        string[] given = [.. Bounds.Where(option => result.GetResult(option) is { Implicit: false }).Select(option => option.Name)];
        if (given.Length != 1)
        {
            string found = given.Length == 0 ? "none" : string.Join(" and ", given);
            result.AddError($"give exactly one of {string.Join(", ", Bounds.Select(option => option.Name))}; found {found}");
        }
    }

    /// <summary>The drop of accuracy that is allowed, in points; null where the budget is another.</summary>
    public double? MaxDrop(ParseResult arguments) => arguments.GetValue(_maxDrop);

    /// <summary>Whether the budget is a drop of accuracy, while the command line is checked.</summary>
    public bool IsMaxDrop(CommandResult result) => result.GetResult(_maxDrop) is { Implicit: false };

    /// <summary>What G is a multiple of under a budget of the whole network.</summary>
    public int RoundToOfNetwork(ParseResult arguments) => arguments.GetValue(_roundTo) ?? Planner.RuntimeBlock;

    /// <summary>What bounds the approximation, where that follows from the network alone.</summary>
    public Budget Of(ParseResult arguments)
    {
        int? roundTo = arguments.GetValue(_roundTo);
        if (arguments.GetValue(_beta) is { } beta)
            return new Budget(BudgetKind.Beta, beta, roundTo ?? 1);
        if (arguments.GetValue(_time) is { } speedup)
            return new Budget(BudgetKind.Speedup, speedup, roundTo ?? 1);
        if (arguments.GetValue(_latency) is { } milliseconds)
            return new Budget(BudgetKind.Latency, milliseconds, roundTo ?? 1);
        return arguments.GetValue(_kernels) is { } ratio
            ? new Budget(BudgetKind.KernelsPerChannel, ratio, roundTo ?? 1)
            : new Budget(BudgetKind.SpeedupMacs, arguments.GetValue(_speedup)!.Value, RoundToOfNetwork(arguments));
    }

    private static Option<double?> Bound(string name, string helpName, string description)
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

using System.CommandLine;
using System.CommandLine.Parsing;
using Gdws.Torch.Attacks;

namespace Gdws.Cli.Evaluation;

/// <summary>The options that say what robust accuracy is measured with; the same in every verb that measures it.</summary>
internal sealed class AttackOptions
{
    private const string Strict = "strict";
    private const string Reference = "reference";

    private readonly Option<string> _attack =
        SharedOptions.Choice("--attack", AttackKinds.None, "What to measure robust accuracy with", AttackKinds.Names);
    private readonly Option<string> _norm =
        SharedOptions.Choice("--norm", "linf", "How the size of a perturbation is measured", "linf", "l2", "l1");
    private readonly Option<IReadOnlyList<Fraction>?> _epsilon = RadiusList.Option();
    private readonly Option<IReadOnlyList<(Norm Norm, Fraction Epsilon)>?> _threats = ThreatList.Option();
    private readonly Option<Fraction?> _step =
        SharedOptions.OptionalNumber("--step", "S", "Length of a step of pgd (else a quarter of ε, 2/255 for 8/255)");
    private readonly Option<int?> _iterations =
        SharedOptions.OptionalWhole("--iterations", "N", "Steps of an attack (else 20 for pgd, 100 for apgd and fab, 5000 for square)");
    private readonly Option<int?> _restarts = SharedOptions.OptionalWhole("--restarts", "N", "Starts of an attack (else 1)");
    private readonly Option<int?> _samples =
        SharedOptions.OptionalWhole("--eot", "N", "Gradients averaged at every point, for networks with random output (else 1)");
    private readonly Option<string> _protocol = SharedOptions.Choice(
        "--protocol", Strict, "reference: pgd exactly as the public code does it (every step for every image, the largest loss counts)", Strict, Reference);

    /// <summary>The options, for the verb to add.</summary>
    public IEnumerable<Option> Options => [_attack, .. OfTheAttack];

    /// <summary>What an attack is told; does nothing without one.</summary>
    private Option[] OfTheAttack => [_norm, _epsilon, _threats, _step, _iterations, _restarts, _samples, _protocol];

    /// <summary>The attack's name, or null where none is asked for.</summary>
    public string? Kind(CommandResult result) => result.GetValue(_attack) is { } kind && kind != AttackKinds.None ? kind : null;

    /// <summary>The attacks that the user asked for, one a threat model; none for natural accuracy alone.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="seed">Decides everything random in them.</param>
    public IReadOnlyList<AttackChoice> Choices(ParseResult arguments, int seed)
    {
        string kind = arguments.GetValue(_attack)!;
        if (kind == AttackKinds.None)
            return [];

        Norm norm = ThreatModel.ParseNorm(arguments.GetValue(_norm)!);
        IReadOnlyList<(Norm Norm, Fraction Epsilon)> threats = arguments.GetValue(_threats) ?? (kind == AttackKinds.Union
            ? [.. Enum.GetValues<Norm>().Select(each => (each, ThreatList.UsualEpsilon(each)))]
            : [.. (arguments.GetValue(_epsilon) ?? [ThreatList.UsualEpsilon(norm)]).Select(epsilon => (norm, epsilon))]);
        return
        [
            .. threats.Select(threat => new AttackChoice(threat.Norm, threat.Epsilon)
            {
                Kind = kind,
                Step = arguments.GetValue(_step),
                Iterations = arguments.GetValue(_iterations),
                Restarts = arguments.GetValue(_restarts) ?? 1,
                GradientSamples = arguments.GetValue(_samples) ?? 1,
                Seed = seed,
                IsReference = arguments.GetValue(_protocol) == Reference,
            }),
        ];
    }

    /// <summary>Refuses options that the attack doesn't have.</summary>
    public void RequireOptionsOfTheAttack(CommandResult result)
    {
        if (Kind(result) is not { } kind)
            return;
        bool isL1 = result.GetValue(_norm) == "l1" || result.GetValue(_threats)?.Any(threat => threat.Norm == Norm.L1) == true;
        if (result.GetValue(_protocol) == Reference && (kind != "pgd" || isL1))
            result.AddError($"--protocol {Reference} is for --attack pgd in linf or l2, which is all that the public code measures");
        if (result.GetResult(_step) is not null && !AttackKinds.HasStep(kind))
            result.AddError($"--attack {kind} has no --step to set; only pgd has");
        foreach (Option option in (Option[])[_iterations, _restarts])
        {
            if (result.GetResult(option) is not null && !AttackKinds.HasIterations(kind))
                result.AddError($"--attack {kind} has no {option.Name} to set: they are part of what the name stands for");
        }

        if (result.GetResult(_samples) is not null && !AttackKinds.HasSamples(kind))
            result.AddError($"--attack {kind} has no --eot to set; pgd and the apgd attacks have, and autoattack-rand averages 20 gradients");

        bool hasThreats = result.GetResult(_threats) is not null || kind == AttackKinds.Union;
        if (hasThreats && (result.GetResult(_norm) is { Implicit: false } || result.GetResult(_epsilon) is not null))
            result.AddError($"--norm and --eps say the radii of one norm; with several norms write {ThreatList.Name} linf:8/255,l2:0.5,l1:12");
    }

    /// <summary>
    /// A sentence where options of an attack are given without one, else null: whoever writes --eps 8/255 wants robust accuracy and may think that
    /// it is measured.
    /// </summary>
    public string? Idle(ParseResult arguments)
    {
        if (arguments.GetResult(_attack) is { Implicit: false })
            return null;
        string[] idle = [.. OfTheAttack.Where(option => arguments.GetResult(option) is { Implicit: false }).Select(option => option.Name)];
        return idle.Length == 0
            ? null
            : $"without --attack only natural accuracy is measured; {string.Join(", ", idle)} {(idle.Length == 1 ? "does" : "do")} nothing";
    }
}

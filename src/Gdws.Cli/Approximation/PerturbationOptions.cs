using System.CommandLine;
using System.CommandLine.Parsing;
using Gdws.Cli.Evaluation;
using Gdws.Torch.Attacks;

namespace Gdws.Cli.Approximation;

/// <summary>The options of <c>approximate</c> that say how images are perturbed, those that calibrate and those that accuracy is measured on.</summary>
internal sealed class PerturbationOptions
{
    private const string NoAttack = "none";
    private const int CalibrationSteps = 10;

    private readonly Option<string> _attack = SharedOptions.Choice(
        "--attack", "pgd", "How half of the calibration images are perturbed; given with --max-drop also what robust accuracy is measured with", "pgd", NoAttack);
    private readonly Option<string> _norm = SharedOptions.Choice("--norm", "linf", "How the size of a perturbation is measured", "linf", "l2", "l1");
    private readonly Option<Fraction?> _epsilon =
        SharedOptions.OptionalNumber("--eps", "E", "Radius ε in pixel units (else 8/255 for linf, 0.5 for l2, 12 for l1)");
    private readonly Option<Fraction?> _step =
        SharedOptions.OptionalNumber("--step", "S", "Length of a step (else a quarter of ε, 2/255 for 8/255)");
    private readonly Option<int?> _iterations =
        SharedOptions.OptionalWhole("--iterations", "N", "Steps when robust accuracy is measured (else 20; calibration images always take 10)");
    private readonly Option<int> _seed = SharedOptions.Seed();
    private readonly Option<string> _device = SharedOptions.Device();

    /// <summary>The options, for the verb to add.</summary>
    public IReadOnlyList<Option> Options => [_attack, _norm, _epsilon, _step, _iterations, _seed, _device];

    /// <summary>What decides everything random.</summary>
    public int Seed(ParseResult arguments) => arguments.GetValue(_seed);

    /// <summary>Where images run through networks.</summary>
    public string Device(ParseResult arguments) => arguments.GetValue(_device)!;

    /// <summary>What perturbs calibration images; null where they stay clean.</summary>
    public PgdAttack? OfCalibration(ParseResult arguments) =>
        arguments.GetValue(_attack) == NoAttack ? null : (PgdAttack)(Choice(arguments) with { Iterations = CalibrationSteps }).ToAttack();

    /// <summary>What robust accuracy is measured with; null unless the user names an attack.</summary>
    public AttackChoice? OfEvaluation(ParseResult arguments) =>
        arguments.GetResult(_attack) is { Implicit: false } && arguments.GetValue(_attack) != NoAttack ? Choice(arguments) : null;

    /// <summary>
    /// A sentence where options of an attack are given without one, else null: whoever writes --max-drop 1 --eps 8/255 wants robust accuracy kept.
    /// </summary>
    public string? Idle(ParseResult arguments)
    {
        Option[] idle = [.. ((Option[])[_norm, _epsilon, _step, _iterations]).Where(option => arguments.GetResult(option) is { Implicit: false })];
        return arguments.GetResult(_attack) is { Implicit: false } || idle.Length == 0
            ? null
            : $"without --attack pgd only natural accuracy is measured, in spite of {string.Join(", ", idle.Select(option => option.Name))}";
    }

    private AttackChoice Choice(ParseResult arguments)
    {
        Norm norm = ThreatModel.ParseNorm(arguments.GetValue(_norm)!);
        return new AttackChoice(norm, arguments.GetValue(_epsilon) ?? ThreatList.UsualEpsilon(norm))
        {
            Step = arguments.GetValue(_step),
            Iterations = arguments.GetValue(_iterations),
            Seed = Seed(arguments),
        };
    }
}

using Gdws.Cli.Evaluation;
using Gdws.Torch.Attacks;
using Gdws.Torch.Calibration;

namespace Gdws.Cli.Sweeps;

/// <summary>A sweep's work as commands, for whoever wants to go on by hand.</summary>
internal static class SweepSteps
{
    public static IEnumerable<string> Of(SweepSetup setup, IReadOnlyList<NetworkResult> networks)
    {
        foreach (NetworkResult network in networks.Where(network => network.Kind == NetworkKind.Gdws || (network.Kind == NetworkKind.Calibrated && setup.CanCalibrateByHand)))
            yield return Approximate(setup, networks[0], network);
        foreach (string command in setup.Prunings?.Commands(networks[0].Network) ?? [])
            yield return command;

        string images = $"--data {Word(setup.Images.Name)}{Split(setup.Images.Split)}";
        string device = setup.Device == "cpu" ? "" : $" --device {setup.Device}";
        foreach (NetworkResult network in networks)
        {
            yield return $"gdws evaluate {network.Network} {images} --limit {setup.Images.Count}{device}";
            foreach (AttackChoice attack in setup.Attacks)
                yield return $"gdws evaluate {network.Network} {images} --limit {setup.AttackedImages} {Attack(attack)} --batch {setup.EvaluationBatch}{device}";
        }

        yield return $"gdws benchmark {string.Join(' ', networks.Select(network => network.Network))} --engine {setup.Engine} --batch {setup.Batch}"
            + $" --threads {setup.Threads} --seconds {setup.Duration.TotalSeconds} --seed {setup.Seed}";
        if (setup.LayerTimes)
        {
            yield return $"gdws benchmark {networks[0].Network} --layers --engine {setup.Engine} --batch {setup.Batch} --threads {setup.Threads}"
                + $" --seconds {setup.Duration.TotalSeconds} --seed {setup.Seed} -o latency.json";
        }
    }

    /// <summary>A word of a command line, in quotes where a shell would take it apart.</summary>
    public static string Word(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:,=+@%".Contains(c, StringComparison.Ordinal)) && text.Length > 0
        ? text
        : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    /// <summary>The options that ask for an attack.</summary>
    public static string Attack(AttackChoice choice)
    {
        string kind = choice.Kind == AttackKinds.Union ? "autoattack" : choice.Kind;
        string step = choice.Step is { } length ? $" --step {length}" : "";
        string iterations = choice.Iterations is { } count ? $" --iterations {count}" : "";
        string restarts = choice.Restarts > 1 ? $" --restarts {choice.Restarts}" : "";
        return $"--attack {kind} --norm {choice.Norm.ToString().ToLowerInvariant()} --eps {choice.Epsilon}{step}{iterations}{restarts} --seed {choice.Seed}";
    }

    private static string Approximate(SweepSetup setup, NetworkResult dense, NetworkResult network)
    {
        string command = $"gdws approximate {dense.Network} --speedup-macs {network.Budget!.Value} -o {network.Network}";
        if (network.Kind != NetworkKind.Calibrated || setup.CalibrationImages is not { } images)
            return command;

        CalibrationOptions options = setup.Calibration;
        string attack = options.Attack is { } pgd ? $"--norm {pgd.ThreatModel.NormName} --eps {EpsilonOf(setup, pgd)}" : "--attack none";
        string effort = options.Effort == CalibrationEffort.Full ? " --effort full" : "";
        return $"{command} --calibrate {Word(images.Name)} --split {images.Split} --samples {options.Samples} {attack}{effort} --seed {options.Seed}";
    }

    /// <summary>As the user wrote it, where it is that of an attack.</summary>
    private static string EpsilonOf(SweepSetup setup, PgdAttack attack) =>
        setup.Attacks.FirstOrDefault(choice => choice.Epsilon.Value == attack.ThreatModel.Epsilon)?.Epsilon.Text ?? $"{attack.ThreatModel.Epsilon:R}";

    private static string Split(string split) => split == "test" ? "" : $" --split {split}";
}

using System.Globalization;

namespace Gdws.Benchmarks;

/// <summary>What an ablation compares, and on how many images.</summary>
internal sealed record AblationOptions
{
    public required string Network { get; init; }

    public required string CalibrationData { get; init; }

    public required string EvaluationData { get; init; }

    /// <summary>Calibration images, clean and perturbed together.</summary>
    public int Samples { get; init; } = 2000;

    /// <summary>Images of the calibration data to skip.</summary>
    public int CalibrateFrom { get; init; }

    /// <summary>Images of the calibration data to draw from, the held-out ones included; 0 for all.</summary>
    public int CalibrateFirst { get; init; }

    /// <summary>Images of the calibration data, its last ones, that divergences are measured on.</summary>
    public int HeldOut { get; init; } = 200;

    /// <summary>Evaluation images for accuracies; 0 for divergences alone.</summary>
    public int Images { get; init; }

    /// <summary>Images of the evaluation data to skip.</summary>
    public int EvaluateFrom { get; init; }

    /// <summary>Which images are evaluated on: test ones for figures, training ones to choose by.</summary>
    public string EvaluateSplit { get; init; } = "test";

    /// <summary>Leaves the attack on the evaluation images out.</summary>
    public bool NaturalOnly { get; init; }

    /// <summary>G is a multiple of this, as <c>gdws approximate --speedup-macs</c> has it.</summary>
    public int RoundTo { get; init; } = 16;

    /// <summary>Whether held-out images are attacked once more, against each network itself.</summary>
    public bool RobustLoss { get; init; }

    public double[] Speedups { get; init; } = [2.2, 3.6];

    /// <summary>Names of rows; empty for all.</summary>
    public string[] Rows { get; init; } = [];

    /// <summary>Rows whose accuracies are measured; empty for all.</summary>
    public string[] AccuracyOf { get; init; } = [];

    public double Epsilon { get; init; } = 8.0 / 255;

    /// <summary>The radius of the calibration's own attack; 0 for <see cref="Epsilon"/>.</summary>
    public double CalibrateEpsilon { get; init; }

    /// <summary>Of the attack on the evaluation images; 0 for what is usual at ε.</summary>
    public double Step { get; init; }

    public int Seed { get; init; }

    /// <summary>Reads a command line that <see cref="BenchmarkSyntax"/> found nothing wrong with.</summary>
    public static AblationOptions Parse(string[] arguments)
    {
        AblationOptions options = new() { Network = arguments[0], CalibrationData = arguments[1], EvaluationData = arguments[2] };
        for (int i = 3; i < arguments.Length; i += 2)
        {
            string value = arguments[i + 1];
            options = arguments[i] switch
            {
                "--samples" => options with { Samples = int.Parse(value, CultureInfo.InvariantCulture) },
                "--held-out" => options with { HeldOut = int.Parse(value, CultureInfo.InvariantCulture) },
                "--calibrate-first" => options with { CalibrateFirst = int.Parse(value, CultureInfo.InvariantCulture) },
                "--calibrate-from" => options with { CalibrateFrom = int.Parse(value, CultureInfo.InvariantCulture) },
                "--evaluate-from" => options with { EvaluateFrom = int.Parse(value, CultureInfo.InvariantCulture) },
                "--natural-only" => options with { NaturalOnly = value == "1" },
                "--robust-loss" => options with { RobustLoss = value == "1" },
                "--round-to" => options with { RoundTo = int.Parse(value, CultureInfo.InvariantCulture) },
                "--evaluate-split" => options with { EvaluateSplit = value },
                "--step" => options with { Step = Number(value) },
                "--images" => options with { Images = int.Parse(value, CultureInfo.InvariantCulture) },
                "--speedups" => options with { Speedups = [.. value.Split(',').Select(Number)] },
                "--rows" => options with { Rows = value.Split(',') },
                "--accuracy-of" => options with { AccuracyOf = value.Split(',') },
                "--calibrate-eps" => options with { CalibrateEpsilon = Number(value) },
                "--eps" => options with { Epsilon = Number(value) },
                "--seed" => options with { Seed = int.Parse(value, CultureInfo.InvariantCulture) },
                string other => throw new GdwsException($"unknown option {other}"),
            };
        }

        return options;
    }

    private static double Number(string text)
    {
        double[] parts = [.. text.Split('/').Select(part => double.Parse(part, CultureInfo.InvariantCulture))];
        return parts.Length == 2 ? parts[0] / parts[1] : parts[0];
    }
}

using Gdws.Cli.Evaluation;
using Gdws.Torch.Attacks;

namespace Gdws.Cli.Demo;

/// <summary>What the demo does, in numbers: sized so that it takes a few minutes on two cores.</summary>
internal sealed record DemoSetup
{
    /// <summary>The network that ships.</summary>
    public string Network { get; init; } = Path.Combine(AppContext.BaseDirectory, "samples", "fashion-mnist.onnx");

    /// <summary>The images that ship.</summary>
    public string Data { get; init; } = "samples";

    /// <summary>How many times fewer MACs the approximated networks are to need.</summary>
    public IReadOnlyList<double> Speedups { get; init; } = [1.5, 2];

    /// <summary>The same for those that are calibrated on images.</summary>
    public IReadOnlyList<double> CalibratedSpeedups { get; init; } = [2, 3];

    /// <summary>The last images calibrate; accuracy is measured on the others.</summary>
    public int CalibrationImages { get; init; } = 500;

    /// <summary>The first images are attacked; natural accuracy is measured on all but those that calibrate.</summary>
    public int AttackedImages { get; init; } = 200;

    public int Batch { get; init; } = 100;

    /// <summary>How many images the report shows.</summary>
    public int Pictures { get; init; } = 6;

    public TimeSpan BenchmarkTime { get; init; } = TimeSpan.FromSeconds(3);

    public int Seed { get; init; }

    /// <summary>The attack that the network was trained against.</summary>
    public AttackChoice Attack => new(Norm.Linf, Fraction.Parse("0.1")) { Step = Fraction.Parse("0.025"), Iterations = 20, Seed = Seed };

    /// <summary>What half of the calibration images are perturbed by.</summary>
    public AttackChoice CalibrationAttack => Attack with { Iterations = 10 };
}

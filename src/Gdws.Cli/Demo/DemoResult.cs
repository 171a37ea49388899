using Gdws.Cli.Output;
using Gdws.Execution;

namespace Gdws.Cli.Demo;

/// <summary>What the demo found.</summary>
internal sealed record DemoResult
{
    public static readonly string[] Headers = ["network", "natural", "robust", "MACs", "fewer", "FPS", "ratio"];

    public required DemoSetup Setup { get; init; }

    public required int Images { get; init; }

    /// <summary>The first one is the dense network.</summary>
    public required IReadOnlyList<DemoNetwork> Networks { get; init; }

    public required ThroughputReport Throughput { get; init; }

    /// <summary>The before/after table, a row a network, cells as in <see cref="Headers"/>.</summary>
    public IEnumerable<string[]> Rows => Networks.Select(network => (string[])
    [
        network.Name,
        Quantity.Percent(network.Accuracy!.Natural.Correct, network.Accuracy.Natural.Images),
        Quantity.Percent(network.Accuracy.Robust[0].Correct, Attacked),
        Quantity.Large(network.Complexity.Macs),
        Quantity.Ratio((double)Networks[0].Complexity.Macs / network.Complexity.Macs),
        Quantity.Rate(network.Throughput!.Fps),
        Quantity.Ratio(network.Throughput.RatioToBaseline),
    ]);

    /// <summary>The networks for the plot of accuracy against speed.</summary>
    public IEnumerable<PlotPoint> PlotPoints => Networks.Select(network => new PlotPoint(
        network.Name, network.Throughput!.Fps, network.Accuracy!.Natural.Accuracy, network.Accuracy.Robust[0].Accuracy));

    /// <summary>What the columns mean, a line each.</summary>
    public IEnumerable<string> Notes =>
    [
        $"natural: accuracy on {Images:N0} Fashion-MNIST test images",
        $"robust:  accuracy under {Setup.Attack.ThreatText} ({Setup.Attack.HowText}, seed {Setup.Seed}) on the first {Attacked:N0} of them",
        $"calibrated: on the last {Setup.CalibrationImages:N0} of the images that ship, without their labels, half of them under attack",
        $"MACs:    multiply-accumulates an image; fewer: how many times",
        $"FPS:     images per second, ONNX Runtime, batch {Throughput.Batch}, {Throughput.Threads} thread,"
            + $" median of {Throughput.Rounds} rounds",
    ];

    private int Attacked => Math.Min(Setup.AttackedImages, Images);

    /// <summary>The document for JSON.</summary>
    public object Document(double seconds) => new
    {
        Throughput.Machine,
        Data = Setup.Data,
        Images,
        AttackedImages = Attacked,
        Setup.Seed,
        Throughput.Batch,
        Throughput.Threads,
        Seconds = seconds,
        Networks = Networks.Select(network => new
        {
            network.Name,
            Network = network.File,
            network.Complexity.Macs,
            network.Complexity.Parameters,
            SpeedupMacs = (double)Networks[0].Complexity.Macs / network.Complexity.Macs,
            Natural = Natural(network.Accuracy!.Natural),
            network.Accuracy.Robust,
            network.Throughput!.Fps,
            network.Throughput.FpsLow,
            network.Throughput.FpsHigh,
            network.Throughput.Runs,
            network.Throughput.RatioToBaseline,
        }),
        Throughput.Warnings,
    };

    private static object Natural(AccuracyCount natural) => new { natural.Correct, natural.Accuracy, natural.Top5 };
}

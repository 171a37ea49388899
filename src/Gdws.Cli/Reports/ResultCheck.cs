using Gdws.Cli.Sweeps;

namespace Gdws.Cli.Reports;

/// <summary>Refuses figures that can't be, so that nothing behind it needs to expect them.</summary>
internal static class ResultCheck
{
    private const int MostNetworks = 1000, MostLayers = 10_000;

    /// <exception cref="InvalidFileException">A figure can't be; the message says which.</exception>
    public static void Require(SweepResult result, string source)
    {
        That(result.Networks.Count is > 0 and <= MostNetworks, $"holds {result.Networks.Count} networks, expected 1 to {MostNetworks}");
        That(result.Machine is null || result.Machine.InstructionSets is not null, "describes no machine");
        foreach (NetworkResult network in result.Networks)
        {
            That(network is not null && network.Layers.Count <= MostLayers, $"holds a network that is none, or of more than {MostLayers} layers");
            if (network!.Natural is { } natural)
                Count(natural.Correct, natural.Images, $"{network.Name}: natural accuracy");
            foreach (RobustFigure robust in network.Robust)
            {
                Count(robust.Correct, robust.Attacked, $"{network.Name}: robust accuracy under {robust.Attack}");
                Count(robust.Attacked, robust.Images, $"{network.Name}: images attacked by {robust.Attack}");
            }

            if (network.Union is { } union)
                Count(union.Correct, union.Images, $"{network.Name}: union");
            foreach (double? speed in (double?[])[network.Fps, network.FpsLow, network.FpsHigh, network.RatioToBaseline, network.SpeedupMacs, network.SizeRatio])
                That(speed is null or (> 0 and < 1e15), $"{network.Name}: {speed} is no speed");
            if (network.Pruning is { } pruning)
                That(pruning.Stages.All(stage => stage is { Seconds: >= 0 and < 1e15 }), $"{network.Name}: its pruning has a stage without a time");
            foreach (LayerFigure layer in network.Layers)
            {
                That(
                    layer is { Channels: >= 0, Kernels: >= 0, MacsBefore: >= 0, MacsAfter: >= 0 } && layer.ChannelsByKernels.Count <= MostLayers,
                    $"{network.Name}: layer {layer?.Name}: its counts must be at least 0");
            }
        }

        foreach (SpectrumSummary spectrum in result.Spectra)
            That(spectrum is { Components: > 0, Values.Count: > 0 and <= MostLayers }, "holds a spectrum without values");

        void Count(int part, int whole, string what) => That(part >= 0 && part <= whole, $"{what}: {part} of {whole} can't be");

        void That(bool condition, string problem)
        {
            if (!condition)
                throw new InvalidFileException(source, $"is no valid result: {problem}");
        }
    }
}

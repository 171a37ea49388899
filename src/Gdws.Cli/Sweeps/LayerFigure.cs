using System.Text.Json.Serialization;
using Gdws.Planning;

namespace Gdws.Cli.Sweeps;

/// <summary>What became of one convolution.</summary>
internal sealed record LayerFigure
{
    public required string Name { get; init; }

    /// <summary>G; 0 where the layer stays as it is.</summary>
    public required int Kernels { get; init; }

    /// <summary>C, input channels.</summary>
    public required int Channels { get; init; }

    public required double WeightedError { get; init; }

    public required long MacsBefore { get; init; }

    public required long MacsAfter { get; init; }

    /// <summary>Why the layer stays as it is; null where it became a GDWS convolution.</summary>
    public string? Reason { get; init; }

    /// <summary>M, output channels; null where unknown.</summary>
    public int? Outputs { get; init; }

    /// <summary>K_h and K_w; null where unknown.</summary>
    public IReadOnlyList<int>? Kernel { get; init; }

    /// <summary>How many channels have g_c = 0, 1, 2, … kernels; empty where the layer stays as it is or it isn't known.</summary>
    public IReadOnlyList<int> ChannelsByKernels { get; init; } = [];

    /// <summary>Milliseconds of one run, before and after; null where they weren't measured.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? MillisecondsBefore { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? MillisecondsAfter { get; init; }

    public static LayerFigure Of(PlannedLayer layer) => new()
    {
        Name = layer.Name,
        Outputs = layer.Outputs,
        Channels = layer.Inputs,
        Kernel = [.. layer.Kernel],
        Kernels = layer.Kernels,
        ChannelsByKernels = layer.IsGdws ? Histogram(layer) : [],
        WeightedError = layer.WeightedError,
        MacsBefore = layer.MacsBefore,
        MacsAfter = layer.MacsAfter,
        Reason = layer.Reason,
    };

    private static int[] Histogram(PlannedLayer layer)
    {
        int[] counts = new int[Math.Min(layer.Outputs, layer.Kernel[0] * layer.Kernel[1]) + 1];
        foreach (int kernels in layer.KernelsPerChannel)
            counts[kernels]++;
        return counts;
    }
}

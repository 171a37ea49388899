using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Gdws.Planning;

/// <summary>What a plan does with one convolution of the network.</summary>
public sealed record PlannedLayer
{
    /// <summary>The layer's name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it stays as it is or becomes a GDWS convolution.</summary>
    public required PlannedKind Kind { get; init; }

    /// <summary>Why it stays as it is, e.g. <c>is 1×1</c>; null where it becomes a GDWS convolution.</summary>
    public required string? Reason { get; init; }

    /// <summary>M, output channels.</summary>
    public required int Outputs { get; init; }

    /// <summary>C, input channels.</summary>
    public required int Inputs { get; init; }

    /// <summary>K_h and K_w.</summary>
    public required ImmutableArray<int> Kernel { get; init; }

    /// <summary>G, the number of depthwise kernels; 0 where the layer stays as it is.</summary>
    public required int Kernels { get; init; }

    /// <summary>g_c, <c>[C]</c>; empty where the layer stays as it is.</summary>
    public required ImmutableArray<int> KernelsPerChannel { get; init; }

    /// <summary>Σ_c α_c‖W_c − Q_c‖_F².</summary>
    public required double WeightedError { get; init; }

    /// <summary>Multiply-accumulates for one image as the layer is; 0 where the size of its map is unknown.</summary>
    public required long MacsBefore { get; init; }

    /// <summary>Multiply-accumulates for one image afterwards; 0 where the size of its map is unknown.</summary>
    public required long MacsAfter { get; init; }

    /// <summary>Milliseconds a run that the layer takes as it is; null where time had no say.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? MillisecondsBefore { get; init; }

    /// <summary>Milliseconds a run that it takes afterwards, predicted; null where time had no say.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? MillisecondsAfter { get; init; }

    /// <summary>Whether the layer becomes a GDWS convolution.</summary>
    [JsonIgnore]
    public bool IsGdws => Kind == PlannedKind.Gdws;
}

namespace Gdws.Decomposition;

/// <summary>A layer that shares a budget with others.</summary>
public sealed record CostedLayer
{
    /// <summary>The layer's spectrum.</summary>
    public required LayerSpectrum Spectrum { get; init; }

    /// <summary>What one kernel costs, in any unit; at least 1. In MACs it is (K² + M)·output pixels.</summary>
    public required long CostPerKernel { get; init; }

    /// <summary>
    /// What the layer costs as it is. A layer is never charged more: with so many kernels that GDWS doesn't pay it stays dense.
    /// The default, <see cref="long.MaxValue"/>, says that it doesn't have this choice.
    /// </summary>
    public long DenseCost { get; init; } = long.MaxValue;

    /// <summary>α_c, <c>[C]</c>, each at least 0; empty for ones.</summary>
    public ReadOnlyMemory<float> Sensitivity { get; init; }

    /// <summary>What an error in this layer counts for beside one in the others, positive.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>
    /// Kernels are kept by so many at a time, at least 1, so that G is a multiple of it (or all components). Runtimes work on blocks of 8 or
    /// 16 channels and are several times slower with any other number.
    /// </summary>
    public int RoundTo { get; init; } = 1;

    /// <summary>The cost with that many kernels; no kernel costs as much as one, see <see cref="Complexity.Gdws"/>.</summary>
    /// <param name="kernels">G, at least 0.</param>
    public long Cost(int kernels) => (long)Int128.Min((Int128)Math.Max(kernels, 1) * CostPerKernel, DenseCost);
}

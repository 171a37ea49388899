namespace Gdws.Decomposition;

/// <summary>A layer that shares a budget with others, known by its error curve.</summary>
public sealed record CurvedLayer
{
    /// <summary>The error by the number of kernels.</summary>
    public required ErrorCurve Curve { get; init; }

    /// <summary>What one kernel costs, in any unit; at least 1.</summary>
    public required long CostPerKernel { get; init; }

    /// <summary>What the layer costs as it is, without any error; <see cref="long.MaxValue"/> where it can't stay so.</summary>
    public long DenseCost { get; init; } = long.MaxValue;

    /// <summary>What an error in this layer counts for beside one in the others, positive.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Kernels are kept by so many at a time, at least 1, see <see cref="CostedLayer.RoundTo"/>.</summary>
    public int RoundTo { get; init; } = 1;

    /// <summary>The fewest kernels that may be chosen.</summary>
    internal int Fewest => Rounded(Curve.Fewest);

    /// <summary>The next number of kernels that may be chosen after one that may.</summary>
    internal int Next(int kernels) => Rounded(kernels + 1);

    /// <summary>The least number of at least so many kernels that may be chosen: a multiple, or all of them.</summary>
    internal int Rounded(int kernels) => (int)Math.Min(((long)kernels + RoundTo - 1) / RoundTo * RoundTo, Curve.Most);

    /// <summary>The cost with that many kernels, null for the dense layer.</summary>
    internal long Cost(int? kernels) => kernels is { } count ? checked(Math.Max(count, 1) * CostPerKernel) : DenseCost;

    /// <summary>The weighted error with that many kernels, null for the dense layer.</summary>
    internal double Error(int? kernels) => kernels is { } count ? Weight * Curve.At(count) : 0;
}

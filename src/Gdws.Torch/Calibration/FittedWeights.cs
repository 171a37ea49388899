namespace Gdws.Torch.Calibration;

/// <summary>What a refit found for one layer.</summary>
/// <param name="Weight"><c>[M, unknowns]</c>: pointwise weights of a GDWS convolution, all weights of a layer that stays as it is.</param>
/// <param name="Bias">The whole bias, <c>[M]</c>.</param>
internal sealed record FittedWeights(float[] Weight, float[] Bias)
{
    /// <summary>New depthwise kernels <c>[G, K²]</c>; null where they stayed.</summary>
    public float[]? Kernels { get; init; }
}

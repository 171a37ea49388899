namespace Gdws.Torch.Calibration;

/// <summary>What a refit found for one layer.</summary>
/// <param name="Pointwise"><c>[M, G]</c>.</param>
/// <param name="Bias">The whole bias, <c>[M]</c>.</param>
internal sealed record FittedWeights(float[] Pointwise, float[] Bias)
{
    /// <summary>New depthwise kernels <c>[G, K²]</c>; null where they stayed.</summary>
    public float[]? Kernels { get; init; }
}

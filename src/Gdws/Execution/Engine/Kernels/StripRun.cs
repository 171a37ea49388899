namespace Gdws.Execution.Engine.Kernels;

/// <summary>
/// A product of neighbouring pixels (a strip) and one or two vectors of output channels (a panel), and what becomes of it:
/// <code>
///   sums[p][m] = Initial[p][m] + Σ_k Pixels[16·p + Offsets[k]] · Weights[k][m]         in the order of k, whatever the strip's length
///
///   sums ─► Sums     where more factors follow later
///   or   ─► End      the end of the fused step
/// </code>
/// Everything happens in registers.
/// </summary>
internal unsafe struct StripRun
{
    /// <summary>The first pixel; the next one lies <see cref="Kernel.Block"/> floats on.</summary>
    public float* Pixels;

    /// <summary>Where the k-th factor of a pixel lies.</summary>
    public int* Offsets;

    /// <summary>The number of k.</summary>
    public int Count;

    /// <summary><c>[Count, vectors · lanes]</c></summary>
    public float* Weights;

    /// <summary>What to add to: a bias or the sums so far.</summary>
    public float* Initial;

    /// <summary>Floats from one pixel's initial values to the next one's; 0 for a bias.</summary>
    public nint InitialPitch;

    /// <summary>What will be read soon: the loop asks the memory for it, so that it is there by then.</summary>
    public float* Ahead;

    /// <summary>Floats of it that each factor asks for.</summary>
    public nint AheadStep;

    /// <summary>Where the bare sums go, <c>[pixels, vectors · lanes]</c>, or null where they are finished.</summary>
    public float* Sums;

    /// <summary>What happens to the sums, if they aren't kept bare.</summary>
    public FinishRun End;
}

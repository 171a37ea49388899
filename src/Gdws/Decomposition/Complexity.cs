namespace Gdws.Decomposition;

/// <summary>Multiply-accumulates per output pixel, which are also the numbers of weights.</summary>
public static class Complexity
{
    /// <summary>M·C·K² of a standard convolution.</summary>
    /// <param name="outputs">M.</param>
    /// <param name="inputs">C.</param>
    /// <param name="kernelSize">K² (K_h·K_w where not square).</param>
    public static long Dense(int outputs, int inputs, int kernelSize) => (long)outputs * inputs * kernelSize;

    /// <summary>K² + M of one component: its depthwise kernel and its pointwise column.</summary>
    /// <param name="outputs">M.</param>
    /// <param name="kernelSize">K² (K_h·K_w where not square).</param>
    public static long Component(int outputs, int kernelSize) => (long)kernelSize + outputs;

    /// <summary>
    /// G·(K² + M) of a GDWS convolution. A layer that keeps nothing counts as one kernel: a network needs something to make its output,
    /// and that is one kernel of zeros.
    /// </summary>
    /// <param name="kernels">G, at least 0.</param>
    /// <param name="outputs">M.</param>
    /// <param name="kernelSize">K² (K_h·K_w where not square).</param>
    public static long Gdws(int kernels, int outputs, int kernelSize) => Math.Max(kernels, 1) * Component(outputs, kernelSize);
}

namespace Gdws.Decomposition;

/// <summary>
/// How errors of a layer's weight are measured where its inputs are known: an error E_c of the channel matrix W_c counts as
/// ‖F^½ E_c L_c‖_F² instead of ‖E_c‖_F².
/// </summary>
/// <remarks>
/// With S_cc = L_c L_cᵀ the covariance of the channel's patches, ‖E_c L_c‖_F² = E‖E_c (x_c − E x_c)‖²: the variance that the error adds to the outputs.
/// F weighs the outputs. The channels stay independent of each other, so whatever holds for spectra holds for those in this metric, too.
/// </remarks>
public sealed class ChannelMetric
{
    /// <summary>What is added to the diagonal of every block, relative to the mean of all of the layer's diagonal elements: 1e-4.</summary>
    public const double DefaultDamping = 1e-4;

    // Rounding can leave a covariance with slightly negative eigenvalues even after damping.
    private const double LeastPivot = 1e-12;

    private readonly double[] _factors;
    private readonly double[] _outputScales;

    private ChannelMetric(int inputs, int kernelSize, double[] factors, double[] outputScales)
    {
        Inputs = inputs;
        KernelSize = kernelSize;
        _factors = factors;
        _outputScales = outputScales;
    }

    /// <summary>C, input channels.</summary>
    public int Inputs { get; }

    /// <summary>K² (K_h·K_w where not square).</summary>
    public int KernelSize { get; }

    /// <summary>F^½, <c>[M]</c>; empty where every output counts the same.</summary>
    public ReadOnlySpan<double> OutputScales => _outputScales;

    /// <summary>Makes the metric of the covariance of every channel's own patches.</summary>
    /// <param name="blocks">S_cc, <c>[C, K², K²]</c>: symmetric and finite, the lower triangles are read.</param>
    /// <param name="inputs">C, at least 1.</param>
    /// <param name="kernelSize">K², at least 1.</param>
    /// <param name="outputWeights">F, <c>[M]</c>, each positive; empty for ones.</param>
    /// <param name="damping">
    /// What is added to the diagonal, relative to the layer's mean diagonal element; positive. It makes blocks definite that few images leave deficient.
    /// </param>
    /// <exception cref="GdwsException">A covariance isn't finite or an output's weight isn't positive.</exception>
    public static ChannelMetric OfCovariance(
        ReadOnlySpan<double> blocks,
        int inputs,
        int kernelSize,
        ReadOnlySpan<double> outputWeights = default,
        double damping = DefaultDamping)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(kernelSize, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(damping);
        int size = kernelSize * kernelSize;
        if (blocks.Length != (long)inputs * size)
            throw new ArgumentException($"{inputs} blocks of {kernelSize}×{kernelSize} need {(long)inputs * size} elements, found {blocks.Length}", nameof(blocks));

        double trace = 0;
        for (int i = 0; i < inputs * kernelSize; i++)
            trace += blocks[(i / kernelSize * size) + (i % kernelSize * (kernelSize + 1))];
        if (!double.IsFinite(trace) || trace < 0)
            throw new GdwsException($"the covariance of the patches has a trace of {trace}, expected a finite number of at least 0");

        // A layer whose input never changes has no metric of its own; any will do.
        double mean = trace > 0 ? trace / (inputs * kernelSize) : 1;
        double[] factors = new double[blocks.Length];
        for (int c = 0; c < inputs; c++)
            Factorise(blocks.Slice(c * size, size), factors.AsSpan(c * size, size), kernelSize, damping * mean, LeastPivot * mean);
        return new ChannelMetric(inputs, kernelSize, factors, Scales(outputWeights));
    }

    /// <summary>L_c: lower triangular, <c>[K², K²]</c> with positive diagonal.</summary>
    /// <param name="channel">c, from 0.</param>
    public ReadOnlySpan<double> Factor(int channel) => _factors.AsSpan(channel * KernelSize * KernelSize, KernelSize * KernelSize);

    /// <summary>F^½ W_c L_c of all channels.</summary>
    /// <param name="weight"><c>[M, C, K²]</c>.</param>
    /// <param name="outputs">M.</param>
    internal float[] Whiten(ReadOnlySpan<float> weight, int outputs)
    {
        float[] whitened = new float[weight.Length];
        for (int m = 0; m < outputs; m++)
        {
            double scale = _outputScales.Length == 0 ? 1 : _outputScales[m];
            for (int c = 0; c < Inputs; c++)
            {
                int start = ((m * Inputs) + c) * KernelSize;
                ReadOnlySpan<double> factor = Factor(c);
                for (int k = 0; k < KernelSize; k++)
                {
                    double sum = 0;
                    for (int i = k; i < KernelSize; i++)
                        sum += weight[start + i] * factor[(i * KernelSize) + k];
                    whitened[start + k] = (float)(scale * sum);
                }
            }
        }

        return whitened;
    }

    /// <summary>
    /// Takes a right singular vector ṽ of the whitened channel matrix back: kernel L_c⁻ᵀṽ, of length 1, and L_cṽ, by which W_c is multiplied for the
    /// pointwise column (times the length that the kernel had).
    /// </summary>
    /// <param name="channel">c.</param>
    /// <param name="kernel">ṽ; receives the kernel.</param>
    /// <param name="dual">Receives L_cṽ.</param>
    internal void TakeBack(int channel, Span<double> kernel, Span<double> dual)
    {
        ReadOnlySpan<double> factor = Factor(channel);
        for (int i = 0; i < KernelSize; i++)
        {
            double sum = 0;
            for (int k = 0; k <= i; k++)
                sum += factor[(i * KernelSize) + k] * kernel[k];
            dual[i] = sum;
        }

        double squares = 0;
        for (int i = KernelSize - 1; i >= 0; i--)
        {
            double sum = kernel[i];
            for (int k = i + 1; k < KernelSize; k++)
                sum -= factor[(k * KernelSize) + i] * kernel[k];
            kernel[i] = sum / factor[i * (KernelSize + 1)];
            squares += kernel[i] * kernel[i];
        }

        double length = Math.Sqrt(squares);
        for (int i = 0; i < KernelSize; i++)
        {
            kernel[i] /= length;
            dual[i] *= length;
        }
    }

    private static void Factorise(ReadOnlySpan<double> block, Span<double> factor, int n, double damping, double leastPivot)
    {
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = block[(i * n) + j] + (i == j ? damping : 0);
                for (int k = 0; k < j; k++)
                    sum -= factor[(i * n) + k] * factor[(j * n) + k];
                if (!double.IsFinite(sum))
                    throw new GdwsException("the covariance of the patches isn't finite");
                factor[(i * n) + j] = i == j ? Math.Sqrt(Math.Max(sum, leastPivot)) : sum / factor[j * (n + 1)];
            }
        }
    }

    private static double[] Scales(ReadOnlySpan<double> weights)
    {
        double[] scales = new double[weights.Length];
        for (int m = 0; m < scales.Length; m++)
        {
            if (!(weights[m] > 0 && double.IsFinite(weights[m])))
                throw new GdwsException($"the weight of output {m} is {weights[m]}, expected a positive number");
            scales[m] = Math.Sqrt(weights[m]);
        }

        return scales;
    }
}

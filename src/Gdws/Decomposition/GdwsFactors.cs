using System.Collections.Immutable;

namespace Gdws.Decomposition;

/// <summary>
/// The weights of one GDWS convolution: kernel g reads input channel <c>ChannelMap[g]</c>, and the pointwise part mixes the G results
/// into M outputs.
/// </summary>
/// <remarks>
/// <code>
///   input [C]  ──ChannelMap──►  [G]  ──Depthwise [G, K_h, K_w]──►  [G]  ──Pointwise [M, G] (+ bias)──►  output [M]
/// </code>
/// Kernels made from a spectrum have length 1 and the pointwise columns carry the singular values: the elements of the kernels are then
/// near 1/K, and those of the pointwise part larger than the weights that they replace, so both keep their digits in half precision.
/// </remarks>
public sealed class GdwsFactors
{
    private readonly float[] _depthwise;
    private readonly float[] _pointwise;
    private readonly float[] _biasCorrection;

    /// <summary>Creates the factors.</summary>
    /// <param name="outputs">M, at least 1.</param>
    /// <param name="inputs">C, at least 1.</param>
    /// <param name="kernelHeight">K_h, at least 1.</param>
    /// <param name="kernelWidth">K_w, at least 1.</param>
    /// <param name="channelMap"><c>[G]</c>, input channels, non-decreasing.</param>
    /// <param name="depthwise"><c>[G, K_h, K_w]</c>; kept.</param>
    /// <param name="pointwise"><c>[M, G]</c>; kept.</param>
    /// <param name="biasCorrection"><c>[M]</c>, added to the layer's bias; null for none.</param>
    /// <exception cref="ArgumentException">The lengths don't fit together, or the channel map isn't non-decreasing within 0..C−1.</exception>
    public GdwsFactors(
        int outputs,
        int inputs,
        int kernelHeight,
        int kernelWidth,
        IReadOnlyList<int> channelMap,
        float[] depthwise,
        float[] pointwise,
        float[]? biasCorrection = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(kernelHeight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(kernelWidth, 1);
        ArgumentNullException.ThrowIfNull(channelMap);
        ArgumentNullException.ThrowIfNull(depthwise);
        ArgumentNullException.ThrowIfNull(pointwise);
        Outputs = outputs;
        Inputs = inputs;
        KernelHeight = kernelHeight;
        KernelWidth = kernelWidth;
        ChannelMap = [.. channelMap];
        _depthwise = depthwise;
        _pointwise = pointwise;
        _biasCorrection = biasCorrection ?? [];

        RequireLength(nameof(depthwise), depthwise.Length, (long)Kernels * KernelSize);
        RequireLength(nameof(pointwise), pointwise.Length, (long)outputs * Kernels);
        if (biasCorrection is not null)
            RequireLength(nameof(biasCorrection), biasCorrection.Length, outputs);
        for (int g = 0; g < Kernels; g++)
        {
            if (ChannelMap[g] < (g == 0 ? 0 : ChannelMap[g - 1]) || ChannelMap[g] >= inputs)
            {
                throw new ArgumentException(
                    $"the channel map must not decrease and lie in 0..{inputs - 1}, found {ChannelMap[g]} at {g}", nameof(channelMap));
            }
        }
    }

    /// <summary>M, output channels.</summary>
    public int Outputs { get; }

    /// <summary>C, input channels.</summary>
    public int Inputs { get; }

    /// <summary>K_h, rows of the kernels.</summary>
    public int KernelHeight { get; }

    /// <summary>K_w, columns of the kernels.</summary>
    public int KernelWidth { get; }

    /// <summary>G, the number of kernels; may be 0.</summary>
    public int Kernels => ChannelMap.Length;

    /// <summary>The input channel that each kernel reads: <c>[G]</c>, non-decreasing.</summary>
    public ImmutableArray<int> ChannelMap { get; }

    /// <summary>The kernels: <c>[G, K_h, K_w]</c>.</summary>
    public ReadOnlySpan<float> Depthwise => _depthwise;

    /// <summary>The pointwise part: <c>[M, G]</c>.</summary>
    public ReadOnlySpan<float> Pointwise => _pointwise;

    /// <summary>What is added to the layer's bias: <c>[M]</c>, or empty for nothing.</summary>
    public ReadOnlySpan<float> BiasCorrection => _biasCorrection;

    private int KernelSize => KernelHeight * KernelWidth;

    /// <summary>The factors that a selection says: kernels v_{c,i} and, without a metric, pointwise columns W_c v_{c,i} = σ_{c,i} u_{c,i}.</summary>
    /// <param name="selection">The kept components.</param>
    public static GdwsFactors Of(Selection selection)
    {
        ArgumentNullException.ThrowIfNull(selection);
        LayerSpectrum spectrum = selection.Spectrum;
        int[] map = new int[selection.Kernels];
        float[] depthwise = new float[map.Length * spectrum.KernelSize];
        int g = 0;
        for (int c = 0; c < spectrum.Inputs; c++)
        {
            for (int i = 0; i < selection.KernelsPerChannel[c]; i++, g++)
            {
                map[g] = c;
                ReadOnlySpan<double> kernel = spectrum.Kernel(c, i);
                for (int k = 0; k < kernel.Length; k++)
                    depthwise[(g * kernel.Length) + k] = (float)kernel[k];
            }
        }

        float[] pointwise = new float[checked(spectrum.Outputs * map.Length)];
        Parallel.For(0, spectrum.Outputs, m => Project(selection, m, pointwise.AsSpan(m * map.Length, map.Length)));
        return new GdwsFactors(spectrum.Outputs, spectrum.Inputs, spectrum.KernelHeight, spectrum.KernelWidth, map, depthwise, pointwise);
    }

    /// <summary>The standard convolution that the factors stand for, Q.</summary>
    /// <returns><c>[M, C, K_h, K_w]</c>.</returns>
    public float[] Compose()
    {
        double[] row = new double[Inputs * KernelSize];
        float[] composed = new float[checked(Outputs * row.Length)];
        for (int m = 0; m < Outputs; m++)
        {
            ComposeRow(m, row);
            for (int i = 0; i < row.Length; i++)
                composed[(m * row.Length) + i] = (float)row[i];
        }

        return composed;
    }

    /// <summary>Σ_c α_c‖W_c − Q_c‖_F², from the factors as they are stored.</summary>
    /// <param name="weight">W, <c>[M, C, K_h, K_w]</c>.</param>
    /// <param name="sensitivity">α_c, <c>[C]</c>, each at least 0; empty for ones.</param>
    /// <exception cref="ArgumentException">The weight has another size.</exception>
    /// <exception cref="GdwsException">The sensitivity is negative, NaN, infinite or not of length C.</exception>
    public double WeightedError(ReadOnlySpan<float> weight, ReadOnlySpan<float> sensitivity = default)
    {
        float[] weights = SensitivityVector.Validated(sensitivity, Inputs);
        RequireLength(nameof(weight), weight.Length, (long)Outputs * Inputs * KernelSize);
        double[] row = new double[Inputs * KernelSize];
        double[] errors = new double[Inputs];
        for (int m = 0; m < Outputs; m++)
        {
            ComposeRow(m, row);
            for (int i = 0; i < row.Length; i++)
            {
                double difference = weight[(m * row.Length) + i] - row[i];
                errors[i / KernelSize] += difference * difference;
            }
        }

        double sum = 0;
        for (int c = 0; c < Inputs; c++)
            sum += weights[c] * errors[c];
        return sum;
    }

    private static void Project(Selection selection, int output, Span<float> pointwise)
    {
        LayerSpectrum spectrum = selection.Spectrum;
        int g = 0;
        for (int c = 0; c < spectrum.Inputs; c++)
        {
            ReadOnlySpan<float> taps = spectrum.Weight.Slice(((output * spectrum.Inputs) + c) * spectrum.KernelSize, spectrum.KernelSize);
            for (int i = 0; i < selection.KernelsPerChannel[c]; i++, g++)
            {
                ReadOnlySpan<double> dual = spectrum.Dual(c, i);
                double sum = 0;
                for (int k = 0; k < taps.Length; k++)
                    sum += taps[k] * dual[k];
                pointwise[g] = (float)sum;
            }
        }
    }

    private void ComposeRow(int output, Span<double> row)
    {
        row.Clear();
        for (int g = 0; g < Kernels; g++)
        {
            double factor = _pointwise[(output * Kernels) + g];
            ReadOnlySpan<float> kernel = _depthwise.AsSpan(g * KernelSize, KernelSize);
            Span<double> taps = row.Slice(ChannelMap[g] * KernelSize, KernelSize);
            for (int k = 0; k < taps.Length; k++)
                taps[k] += factor * kernel[k];
        }
    }

    private static void RequireLength(string name, int found, long expected)
    {
        if (found != expected)
            throw new ArgumentException($"{name} needs {expected:N0} elements, found {found:N0}", name);
    }
}

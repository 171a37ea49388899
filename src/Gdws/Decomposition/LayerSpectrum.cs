namespace Gdws.Decomposition;

/// <summary>
/// The singular value decompositions W_c = Σ_i σ_{c,i} u_{c,i} v_{c,i}ᵀ of all channel matrices of one convolution.
/// </summary>
/// <remarks>
/// The component (c, i) becomes a depthwise kernel v_{c,i} (K_h × K_w) with the pointwise column σ_{c,i} u_{c,i} (M).
/// Computed in double precision. Signs, which a decomposition leaves open, are fixed: the element of largest magnitude of every v is
/// positive, the first of these where several are as large. The same weight gives the same bits on any number of threads.
/// Source: Dbouk and Shanbhag, "Generalized Depthwise-Separable Convolutions for Adversarially Robust and Efficient Neural Networks",
/// NeurIPS 2021, section 3.
/// </remarks>
public sealed class LayerSpectrum
{
    private readonly ReadOnlyMemory<float> _weight;
    private readonly double[] _singularValues;
    private readonly double[] _kernels;
    private readonly double[] _duals;

    private LayerSpectrum(
        ReadOnlyMemory<float> weight, int outputs, int inputs, int kernelHeight, int kernelWidth, ChannelMetric? metric)
    {
        _weight = weight;
        Outputs = outputs;
        Inputs = inputs;
        KernelHeight = kernelHeight;
        KernelWidth = kernelWidth;
        ComponentsPerChannel = Math.Min(outputs, KernelSize);
        _singularValues = new double[checked(inputs * ComponentsPerChannel)];
        _kernels = new double[checked(inputs * ComponentsPerChannel * KernelSize)];
        _duals = metric is null ? _kernels : new double[_kernels.Length];
        Metric = metric;
    }

    /// <summary>M, output channels.</summary>
    public int Outputs { get; }

    /// <summary>C, input channels.</summary>
    public int Inputs { get; }

    /// <summary>K_h, rows of the kernel.</summary>
    public int KernelHeight { get; }

    /// <summary>K_w, columns of the kernel.</summary>
    public int KernelWidth { get; }

    /// <summary>K² (K_h·K_w where not square), elements of a kernel.</summary>
    public int KernelSize => KernelHeight * KernelWidth;

    /// <summary>min(M, K²), the components of every channel; with all of them the layer is exact.</summary>
    public int ComponentsPerChannel { get; }

    /// <summary>C·min(M, K²), the components of the layer.</summary>
    public int Components => _singularValues.Length;

    /// <summary>The weight that was decomposed, <c>[M, C, K_h, K_w]</c>.</summary>
    public ReadOnlySpan<float> Weight => _weight.Span;

    /// <summary>How errors are measured; null where every element of the weight counts the same.</summary>
    public ChannelMetric? Metric { get; }

    /// <summary>Decomposes a weight.</summary>
    /// <param name="weight"><c>[M, C, K_h, K_w]</c>, row-major; kept, so not to be changed afterwards.</param>
    /// <param name="outputs">M, at least 1.</param>
    /// <param name="inputs">C, at least 1.</param>
    /// <param name="kernelHeight">K_h, at least 1.</param>
    /// <param name="kernelWidth">K_w, at least 1.</param>
    /// <param name="metric">
    /// How errors are measured; null for the plain sum of squares. With a metric the singular values are those of F^½ W_c L_c, so that dropped ones add up to
    /// the error of the outputs on the metric's data.
    /// </param>
    /// <exception cref="ArgumentException">The dimensions aren't positive or don't fit the number of weights or the metric.</exception>
    /// <exception cref="GdwsException">A weight is NaN or infinite; the message says which.</exception>
    public static LayerSpectrum Of(
        ReadOnlyMemory<float> weight, int outputs, int inputs, int kernelHeight, int kernelWidth, ChannelMetric? metric = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(kernelHeight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(kernelWidth, 1);
        if ((Int128)outputs * inputs * kernelHeight * kernelWidth != weight.Length)
        {
            throw new ArgumentException(
                $"a weight of shape [{outputs}, {inputs}, {kernelHeight}, {kernelWidth}] doesn't have {weight.Length} elements", nameof(weight));
        }

        if (metric is not null && (metric.Inputs != inputs || metric.KernelSize != kernelHeight * kernelWidth))
            throw new ArgumentException($"the metric is for {metric.Inputs} channels of {metric.KernelSize} taps", nameof(metric));
        if (metric is { OutputScales.IsEmpty: false } && metric.OutputScales.Length != outputs)
            throw new ArgumentException($"the metric weighs {metric.OutputScales.Length} outputs, the layer has {outputs}", nameof(metric));

        LayerSpectrum spectrum = new(weight, outputs, inputs, kernelHeight, kernelWidth, metric);
        spectrum.Decompose();
        return spectrum;
    }

    /// <summary>σ_{c,i} of a channel, descending; a value below 1e-10 of the channel's largest is given as 0.</summary>
    /// <param name="channel">c, from 0.</param>
    /// <returns><c>[min(M, K²)]</c>.</returns>
    public ReadOnlySpan<double> SingularValues(int channel) => _singularValues.AsSpan(channel * ComponentsPerChannel, ComponentsPerChannel);

    /// <summary>v_{c,i}: the depthwise kernel of a component, of length 1 and, without a metric, orthogonal to the channel's others.</summary>
    /// <param name="channel">c, from 0.</param>
    /// <param name="component">i, from 0.</param>
    /// <returns><c>[K_h, K_w]</c>.</returns>
    public ReadOnlySpan<double> Kernel(int channel, int component)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(component);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(component, ComponentsPerChannel);
        return _kernels.AsSpan(((channel * ComponentsPerChannel) + component) * KernelSize, KernelSize);
    }

    /// <summary>What W_c is multiplied by for the pointwise column of a component: its kernel where there is no metric.</summary>
    /// <param name="channel">c, from 0.</param>
    /// <param name="component">i, from 0.</param>
    /// <returns><c>[K_h, K_w]</c>; its product with <see cref="Kernel"/> is 1, with those of the channel's other components 0.</returns>
    internal ReadOnlySpan<double> Dual(int channel, int component) =>
        _duals.AsSpan(((channel * ComponentsPerChannel) + component) * KernelSize, KernelSize);

    private void Decompose()
    {
        ReadOnlyMemory<float> weight = Metric is null ? _weight : WhitenedWeight(Metric);
        int blocks = (Inputs + ChannelBlockSolver.Lanes - 1) / ChannelBlockSolver.Lanes;
        int isFinite = 1;
        Parallel.For(
            0,
            blocks,
            () => new ChannelBlockSolver(Outputs, Inputs, KernelSize),
            (block, _, solver) =>
            {
                if (!solver.Solve(weight.Span, block * ChannelBlockSolver.Lanes, _singularValues, _kernels))
                    Volatile.Write(ref isFinite, 0);
                return solver;
            },
            _ => { });
        if (isFinite == 0)
            throw NotFinite();
        if (Metric is not null)
            TakeBack(Metric);
    }

    private float[] WhitenedWeight(ChannelMetric metric)
    {
        float[] whitened = metric.Whiten(Weight, Outputs);
        return Weight.ContainsAnyExceptInRange(float.MinValue, float.MaxValue) ? throw NotFinite() : whitened;
    }

    private void TakeBack(ChannelMetric metric)
    {
        for (int start = 0; start < _kernels.Length; start += KernelSize)
        {
            Span<double> kernel = _kernels.AsSpan(start, KernelSize), dual = _duals.AsSpan(start, KernelSize);
            metric.TakeBack(start / (KernelSize * ComponentsPerChannel), kernel, dual);
            if (!Orthonormal.FixSign(kernel))
                continue;
            foreach (ref double value in dual)
                value = -value;
        }
    }

    private GdwsException NotFinite()
    {
        int index = 0;
        ReadOnlySpan<float> weight = Weight;
        while (float.IsFinite(weight[index]))
            index++;
        (int rest, int x) = Math.DivRem(index, KernelWidth);
        (rest, int y) = Math.DivRem(rest, KernelHeight);
        (int m, int c) = Math.DivRem(rest, Inputs);
        return new GdwsException($"the weight holds {weight[index]} at [{m}, {c}, {y}, {x}]");
    }
}

using System.Collections.Immutable;

namespace Gdws.Decomposition;

/// <summary>
/// Which components of a layer are kept: the first g_c of every channel. (Keeping any others of a channel is never better, as its
/// singular values descend.)
/// </summary>
public sealed class Selection
{
    private readonly float[] _sensitivity;

    /// <summary>Creates the selection.</summary>
    /// <param name="spectrum">The layer's spectrum.</param>
    /// <param name="kernelsPerChannel">g_c, <c>[C]</c>, each from 0 to min(M, K²).</param>
    /// <param name="sensitivity">α_c, <c>[C]</c>, each at least 0; empty for ones.</param>
    /// <exception cref="GdwsException">A length isn't C or a value is out of range.</exception>
    public Selection(LayerSpectrum spectrum, IReadOnlyList<int> kernelsPerChannel, ReadOnlySpan<float> sensitivity = default)
    {
        ArgumentNullException.ThrowIfNull(spectrum);
        ArgumentNullException.ThrowIfNull(kernelsPerChannel);
        Spectrum = spectrum;
        _sensitivity = SensitivityVector.Validated(sensitivity, spectrum.Inputs);
        if (kernelsPerChannel.Count != spectrum.Inputs)
            throw new GdwsException($"kernel counts for {kernelsPerChannel.Count} channels were given, the layer has {spectrum.Inputs}");
        KernelsPerChannel = [.. kernelsPerChannel];
        for (int c = 0; c < spectrum.Inputs; c++)
        {
            int count = kernelsPerChannel[c];
            if (count < 0 || count > spectrum.ComponentsPerChannel)
            {
                throw new GdwsException(
                    $"{count} kernels were asked for channel {c}, which has from 0 to {spectrum.ComponentsPerChannel}");
            }
        }

        Kernels = KernelsPerChannel.Sum();
        WeightedError = Dropped();
    }

    /// <summary>The layer's spectrum.</summary>
    public LayerSpectrum Spectrum { get; }

    /// <summary>g_c, the kernels kept for every channel: <c>[C]</c>.</summary>
    public ImmutableArray<int> KernelsPerChannel { get; }

    /// <summary>G = Σ g_c.</summary>
    public int Kernels { get; }

    /// <summary>Σ_c α_c‖W_c − Q_c‖_F², which is Σ α_c σ_{c,i}² over the dropped components.</summary>
    public double WeightedError { get; }

    /// <summary>α_c: <c>[C]</c>, ones where none were given.</summary>
    public ReadOnlySpan<float> Sensitivity => _sensitivity;

    /// <summary>G·(K² + M), see <see cref="Complexity.Gdws"/>.</summary>
    public long MacsPerPixel => Complexity.Gdws(Kernels, Spectrum.Outputs, Spectrum.KernelSize);

    private double Dropped()
    {
        double error = 0;
        for (int c = 0; c < KernelsPerChannel.Length; c++)
        {
            // From the smallest up, so that small terms aren't lost beside large ones.
            ReadOnlySpan<double> values = Spectrum.SingularValues(c);
            double squares = 0;
            for (int i = values.Length - 1; i >= KernelsPerChannel[c]; i--)
                squares += values[i] * values[i];
            error += _sensitivity[c] * squares;
        }

        return error;
    }
}

namespace Gdws.Decomposition;

/// <summary>MEGO: the smallest weighted error that a given number of kernels allows.</summary>
/// <remarks>Source: Dbouk and Shanbhag, NeurIPS 2021, algorithm 1.</remarks>
public static class Mego
{
    /// <summary>Keeps the G components of largest gain α_c σ_{c,i}².</summary>
    /// <param name="spectrum">The layer's spectrum.</param>
    /// <param name="kernels">G, at least 0, e.g. 1.5·C; more than there are means all of them.</param>
    /// <param name="sensitivity">α_c, <c>[C]</c>, each at least 0; empty for ones. Where a channel has 0 its kernels are kept last.</param>
    /// <returns>The selection; of equal gains, the one of the lower channel and then of the lower i is kept first.</returns>
    /// <exception cref="GdwsException">G is negative, or the sensitivity is negative, NaN, infinite or not of length C.</exception>
    public static Selection Select(LayerSpectrum spectrum, int kernels, ReadOnlySpan<float> sensitivity = default)
    {
        ArgumentNullException.ThrowIfNull(spectrum);
        if (kernels < 0)
            throw new GdwsException($"{kernels} kernels were asked for, expected at least 0");

        float[] weights = SensitivityVector.Validated(sensitivity, spectrum.Inputs);
        ComponentOrder order = new(spectrum, weights);
        int firstKept = Math.Max(0, spectrum.Components - kernels);
        return new Selection(spectrum, order.KernelsPerChannel(spectrum.Inputs, firstKept), weights);
    }

    /// <summary>The smallest weighted error that every number of kernels allows.</summary>
    /// <param name="spectrum">The layer's spectrum.</param>
    /// <param name="sensitivity">α_c, <c>[C]</c>, each at least 0; empty for ones.</param>
    /// <returns><c>[C·min(M, K²) + 1]</c>: the error with 0, 1, … kernels; descending.</returns>
    /// <exception cref="GdwsException">The sensitivity is negative, NaN, infinite or not of length C.</exception>
    public static double[] LeastErrors(LayerSpectrum spectrum, ReadOnlySpan<float> sensitivity = default)
    {
        ArgumentNullException.ThrowIfNull(spectrum);
        double[] gains = new ComponentOrder(spectrum, SensitivityVector.Validated(sensitivity, spectrum.Inputs)).Gains;
        double[] errors = new double[gains.Length + 1];
        for (int dropped = 1; dropped <= gains.Length; dropped++)
            errors[gains.Length - dropped] = errors[gains.Length - dropped + 1] + gains[dropped - 1];
        return errors;
    }
}

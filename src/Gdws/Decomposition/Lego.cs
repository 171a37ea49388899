namespace Gdws.Decomposition;

/// <summary>LEGO: the fewest kernels that a given weighted error allows.</summary>
/// <remarks>
/// Source: Dbouk and Shanbhag, NeurIPS 2021, algorithm 2. Unlike the code published with the paper it starts from the components that
/// exist, C·min(M, K²), so that layers with M &lt; K² come out right.
/// </remarks>
public static class Lego
{
    /// <summary>Drops components from the smallest gain α_c σ_{c,i}² up, while the sum of what is dropped is at most β.</summary>
    /// <param name="spectrum">The layer's spectrum.</param>
    /// <param name="beta">
    /// β, the bound of the weighted (squared) error, at least 0, e.g. 0.005. With 0 only components that are worth nothing are dropped:
    /// singular values of 0 and channels of sensitivity 0. With more than the layer's total nothing is left.
    /// </param>
    /// <param name="sensitivity">α_c, <c>[C]</c>, each at least 0; empty for ones.</param>
    /// <returns>The selection; of equal gains, the one of the higher channel and then of the higher i is dropped first.</returns>
    /// <exception cref="GdwsException">β is negative or NaN, or the sensitivity is negative, NaN, infinite or not of length C.</exception>
    public static Selection Select(LayerSpectrum spectrum, double beta, ReadOnlySpan<float> sensitivity = default)
    {
        ArgumentNullException.ThrowIfNull(spectrum);
        if (!(beta >= 0))
            throw new GdwsException($"an error bound (beta) of {beta} was given, expected a number of at least 0");

        float[] weights = SensitivityVector.Validated(sensitivity, spectrum.Inputs);
        ComponentOrder order = new(spectrum, weights);
        int dropped = 0;
        double sum = 0;
        while (dropped < order.Gains.Length && sum + order.Gains[dropped] <= beta)
            sum += order.Gains[dropped++];
        return new Selection(spectrum, order.KernelsPerChannel(spectrum.Inputs, dropped), weights);
    }
}

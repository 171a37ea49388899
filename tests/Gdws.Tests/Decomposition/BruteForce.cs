using Gdws.Decomposition;

namespace Gdws.Tests.Decomposition;

/// <summary>The best there is, found by trying every subset of the components, prefixes of a channel or not.</summary>
internal static class BruteForce
{
    /// <summary>The smallest error for every number of kernels, 0 to all.</summary>
    public static double[] LeastErrors(LayerSpectrum spectrum, float[] sensitivity)
    {
        double[] gains = Gains(spectrum, sensitivity);
        double[] least = new double[gains.Length + 1];
        Array.Fill(least, double.PositiveInfinity);
        for (int kept = 0; kept < 1 << gains.Length; kept++)
        {
            int kernels = int.PopCount(kept);
            least[kernels] = Math.Min(least[kernels], Error(gains, kept));
        }

        return least;
    }

    private static double[] Gains(LayerSpectrum spectrum, float[] sensitivity)
    {
        double[] gains = new double[spectrum.Components];
        for (int c = 0; c < spectrum.Inputs; c++)
        {
            for (int i = 0; i < spectrum.ComponentsPerChannel; i++)
            {
                double value = spectrum.SingularValues(c)[i];
                gains[(c * spectrum.ComponentsPerChannel) + i] = sensitivity[c] * value * value;
            }
        }

        return gains;
    }

    private static double Error(double[] gains, int kept)
    {
        double error = 0;
        for (int i = 0; i < gains.Length; i++)
            error += (kept >> i & 1) == 0 ? gains[i] : 0;
        return error;
    }
}

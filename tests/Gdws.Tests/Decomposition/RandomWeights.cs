using Gdws.Decomposition;

namespace Gdws.Tests.Decomposition;

/// <summary>Weights and spectra for tests.</summary>
internal static class RandomWeights
{
    public static float[] Normal(int seed, int length, double scale = 1)
    {
        Random random = new(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            values[i] = (float)(scale * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return values;
    }

    public static LayerSpectrum Spectrum(int seed, int outputs, int inputs, int kernelHeight, int kernelWidth) =>
        LayerSpectrum.Of(Normal(seed, outputs * inputs * kernelHeight * kernelWidth), outputs, inputs, kernelHeight, kernelWidth);

    public static float[] Sensitivity(int seed, int inputs, bool withZeros)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, inputs).Select(_ => withZeros && random.Next(3) == 0 ? 0f : random.NextSingle() * 3)];
    }

    public static double SquaredDistance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
        return sum;
    }

    public static double Squares(ReadOnlySpan<float> a)
    {
        double sum = 0;
        foreach (float value in a)
            sum += (double)value * value;
        return sum;
    }
}

using Gdws.Decomposition;
using Gdws.Onnx;

namespace Gdws.Latency;

/// <summary>
/// Weights of GDWS convolutions that nobody chose. Times don't depend on the values, but on which channels have how many kernels: those are drawn from all
/// components alike, so that their number varies from channel to channel as it does in plans.
/// </summary>
internal static class RandomFactors
{
    /// <summary>Factors in the place of a dense convolution.</summary>
    /// <param name="layer">The convolution.</param>
    /// <param name="kernels">G, at most C·min(M, K²).</param>
    /// <param name="seed">Decides values and channels.</param>
    public static GdwsFactors Of(ConvolutionLayer layer, int kernels, int seed)
    {
        Random random = new(seed);
        int perChannel = Math.Min(layer.Outputs, layer.KernelHeight * layer.KernelWidth);
        int[] components = [.. Enumerable.Range(0, checked(layer.Inputs * perChannel))];
        random.Shuffle(components);
        int[] channels = [.. components.Take(kernels).Select(component => component / perChannel).Order()];
        int kernelSize = layer.KernelHeight * layer.KernelWidth;
        return new GdwsFactors(
            layer.Outputs,
            layer.Inputs,
            layer.KernelHeight,
            layer.KernelWidth,
            channels,
            Values(random, checked(kernels * kernelSize), MathF.Sqrt(3f / kernelSize)),
            Values(random, checked(layer.Outputs * kernels), MathF.Sqrt(6f / kernels)));
    }

    /// <summary>Uniform numbers from −bound to bound.</summary>
    public static float[] Values(Random random, int count, float bound)
    {
        float[] values = new float[count];
        foreach (ref float value in values.AsSpan())
            value = ((2 * random.NextSingle()) - 1) * bound;
        return values;
    }
}

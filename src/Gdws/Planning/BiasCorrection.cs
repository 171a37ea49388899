using Gdws.Decomposition;
using Gdws.Onnx;
using Gdws.Onnx.Schema;

namespace Gdws.Planning;

/// <summary>Keeps the mean of a layer's outputs without any image, where batch normalisation says what the mean of its inputs is.</summary>
/// <remarks>
/// An approximation Q of W shifts the mean output by (Q − W) E u, u the patch that is read. Behind a batch normalisation of scale γ and shift β a channel is
/// normal with mean β and deviation |γ|, as far as its statistics hold, so behind a rectifier E x = |γ| φ(β/γ) + β Φ(β/|γ|) (Nagel et al. 2019, arXiv 1906.04721).
/// The padding's zeros count too: a tap's mean is E x times the share of the positions at which it lies inside the map.
/// </remarks>
internal static class BiasCorrection
{
    /// <summary>The mean patch E u of a convolution.</summary>
    /// <param name="network">The network.</param>
    /// <param name="layer">The convolution.</param>
    /// <returns><c>[C·K²]</c>, or null where its input isn't a batch normalisation's output with or without a rectifier.</returns>
    public static double[]? MeanPatch(OnnxModel network, ConvolutionLayer layer)
    {
        if (Means(network, layer.Input) is not { } means || means.Length != layer.Inputs || layer.InputSize.Height < 1 || layer.OutputSize.Height < 1)
            return null;
        int taps = layer.KernelHeight * layer.KernelWidth;
        double[] rows = Shares(layer.KernelHeight, layer.InputSize.Height, layer.OutputSize.Height, layer.Stride.Height, layer.Dilation.Height, layer.Padding.Top);
        double[] columns = Shares(layer.KernelWidth, layer.InputSize.Width, layer.OutputSize.Width, layer.Stride.Width, layer.Dilation.Width, layer.Padding.Left);
        double[] patch = new double[means.Length * taps];
        for (int c = 0; c < means.Length; c++)
        {
            for (int tap = 0; tap < taps; tap++)
                patch[(c * taps) + tap] = means[c] * rows[tap / layer.KernelWidth] * columns[tap % layer.KernelWidth];
        }

        return patch;
    }

    /// <summary>The same factors with a bias that makes good for the shift of the mean.</summary>
    /// <param name="weight">W, <c>[M, C·K²]</c>.</param>
    /// <param name="factors">Q.</param>
    /// <param name="meanPatch">E u, <c>[C·K²]</c>.</param>
    public static GdwsFactors Correct(ReadOnlySpan<float> weight, GdwsFactors factors, ReadOnlySpan<double> meanPatch)
    {
        float[] composed = factors.Compose(), bias = new float[factors.Outputs];
        for (int m = 0; m < bias.Length; m++)
        {
            double sum = 0;
            for (int i = 0; i < meanPatch.Length; i++)
                sum += ((double)weight[(m * meanPatch.Length) + i] - composed[(m * meanPatch.Length) + i]) * meanPatch[i];
            bias[m] = (float)sum;
        }

        return new GdwsFactors(
            factors.Outputs, factors.Inputs, factors.KernelHeight, factors.KernelWidth, factors.ChannelMap, factors.Depthwise.ToArray(), factors.Pointwise.ToArray(), bias);
    }

    /// <summary>The means of a value's channels, or null where they aren't known.</summary>
    private static double[]? Means(OnnxModel network, string value)
    {
        NodeProto? node = network.Producer(value);
        bool isRectified = false;
        while (node is not null && (node.Is("Relu") || node.Is("Identity") || node.Is("Dropout")))
        {
            isRectified |= node.Is("Relu");
            node = network.Producer(node.Input[0]);
        }

        if (node is null || !node.Is("BatchNormalization") || node.Input.Count < 3
            || network.Constant(node.Input[1])?.ToSingles() is not { } gamma || network.Constant(node.Input[2])?.ToSingles() is not { } beta)
            return null;
        return [.. gamma.Zip(beta, (g, b) => isRectified ? RectifiedNormal.Mean(g, b) : b)];
    }

    /// <summary>For every tap along one axis the share of the output positions at which it reads inside the map.</summary>
    private static double[] Shares(int kernel, int input, int output, int stride, int dilation, int padding)
    {
        double[] shares = new double[kernel];
        for (int tap = 0; tap < kernel; tap++)
        {
            int inside = Enumerable.Range(0, output).Count(position => (uint)((position * stride) + (tap * dilation) - padding) < (uint)input);
            shares[tap] = (double)inside / output;
        }

        return shares;
    }
}

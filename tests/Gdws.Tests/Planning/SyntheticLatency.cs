using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Tests.Planning;

/// <summary>Latency models by a law instead of measurements.</summary>
internal static class SyntheticLatency
{
    /// <summary>What isn't convolutions, in milliseconds.</summary>
    public const double Rest = 0.5;

    /// <summary>A model of a network in which a layer takes time by its MACs, dense or GDWS, in stairs of the block.</summary>
    /// <param name="network">The network.</param>
    /// <param name="gdwsCost">The time of a GDWS layer's MAC over that of a dense layer's.</param>
    /// <param name="block">Kernels at a time.</param>
    public static LatencyModel Of(OnnxModel network, double gdwsCost = 1.5, int block = 8)
    {
        LatencyLayer[] layers = [.. network.Convolutions.Select(layer => Layer(layer, gdwsCost, block))];
        return new LatencyModel
        {
            Network = Path.GetFileName(network.Source),
            NetworkSha256 = Fingerprint.Of(network),
            Machine = "a law",
            Engine = "onnxruntime",
            Batch = 1,
            Threads = 1,
            Block = block,
            Milliseconds = Rest + layers.Sum(layer => layer.DenseMilliseconds),
            Scale = 1,
            Checks = [],
            Layers = [.. layers],
        };
    }

    /// <summary>The law itself: milliseconds of a GDWS layer.</summary>
    public static double Gdws(ConvolutionLayer layer, int kernels, double gdwsCost, int block) =>
        1e-5 * gdwsCost * ((Math.Max(kernels, 1) + block - 1) / block * block) * ((layer.KernelHeight * layer.KernelWidth) + layer.Outputs)
        * layer.OutputSize.Height * layer.OutputSize.Width;

    private static LatencyLayer Layer(ConvolutionLayer layer, double gdwsCost, int block)
    {
        double dense = 1e-5 * layer.Macs;
        int components = layer.Inputs * Math.Min(layer.Outputs, layer.KernelHeight * layer.KernelWidth);
        int[] kernels = layer.Kind == ConvolutionKind.Dense ? [.. Enumerable.Range(1, components / block).Select(i => i * block)] : [];
        return new LatencyLayer
        {
            Name = layer.Name,
            Outputs = layer.Outputs,
            Inputs = layer.Inputs,
            Kernel = [layer.KernelHeight, layer.KernelWidth],
            OutputSize = [layer.OutputSize.Height, layer.OutputSize.Width],
            MeasuredAs = layer.Name,
            DenseMilliseconds = dense,
            DenseLow = dense,
            DenseHigh = dense,
            Points = [.. kernels.Select(count =>
            {
                double time = Gdws(layer, count, gdwsCost, block);
                return new LatencyPoint(count, time, time, time);
            })],
        };
    }
}

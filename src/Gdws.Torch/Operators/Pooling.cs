using Gdws.Onnx;

namespace Gdws.Torch.Operators;

/// <summary>Pooling over windows and over whole images.</summary>
internal static class Pooling
{
    public static TorchOperator Maximum(NodeContext node)
    {
        Window window = WindowOf(node);
        bool ceiling = node.Node.Integer("ceil_mode", 0) != 0;
        return inputs =>
        {
            Padding padding = window.PaddingFor(inputs[0]!);
            if (padding.IsSymmetric && FitsLibtorch(padding, window))
                return MaximumOf(inputs[0]!, window, [padding.Top, padding.Left], ceiling);

            using Tensor padded = padding.Apply(inputs[0]!, double.NegativeInfinity);
            return MaximumOf(padded, window, [0, 0], ceiling);
        };
    }

    public static TorchOperator Average(NodeContext node)
    {
        Window window = WindowOf(node);
        bool ceiling = node.Node.Integer("ceil_mode", 0) != 0;
        bool countPadding = node.Node.Integer("count_include_pad", 0) != 0;
        if (window.Dilations.Any(d => d != 1))
            throw node.Error("average pooling with dilation isn't supported");

        return inputs =>
        {
            Tensor x = inputs[0]!;
            Padding padding = window.PaddingFor(x);
            if (padding.IsSymmetric && FitsLibtorch(padding, window))
                return AverageOf(x, window, [padding.Top, padding.Left], ceiling, countPadding);

            using Tensor padded = padding.Apply(x, 0);
            Tensor average = AverageOf(padded, window, [0, 0], ceiling, countPadding: true);
            if (countPadding)
                return average;

            // The share of each window that lies in the image.
            using Tensor sums = average;
            using Tensor ones = torch.ones([1, 1, x.shape[2], x.shape[3]], x.dtype, x.device);
            using Tensor paddedOnes = padding.Apply(ones, 0);
            using Tensor shares = AverageOf(paddedOnes, window, [0, 0], ceiling, countPadding: true);
            return sums / shares;
        };
    }

    public static Tensor GlobalAverage(Tensor?[] inputs) => inputs[0]!.mean(SpatialAxes(inputs[0]!), keepdim: true);

    public static Tensor GlobalMaximum(Tensor?[] inputs) => inputs[0]!.amax(SpatialAxes(inputs[0]!), keepdim: true);

    private static long[] SpatialAxes(Tensor x) => [.. Enumerable.Range(2, Math.Max(0, (int)x.dim() - 2)).Select(axis => (long)axis)];

    private static Window WindowOf(NodeContext node) =>
        Window.Of(node, node.Node.Integers("kernel_shape") ?? throw node.Error("kernel_shape is missing"));

    /// <summary>libtorch takes at most half a window of padding.</summary>
    private static bool FitsLibtorch(Padding padding, Window window) =>
        2 * padding.Top <= window.Kernel[0] && 2 * padding.Left <= window.Kernel[1];

    private static Tensor MaximumOf(Tensor x, Window window, long[] padding, bool ceiling) =>
        torch.nn.functional.max_pool2d(x, window.Kernel, window.Strides, padding, window.Dilations, ceiling);

    private static Tensor AverageOf(Tensor x, Window window, long[] padding, bool ceiling, bool countPadding) =>
        torch.nn.functional.avg_pool2d(x, window.Kernel, window.Strides, padding, ceiling, countPadding);
}

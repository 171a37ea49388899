using Gdws.Onnx;

namespace Gdws.Torch.Sensitivity;

/// <summary>
/// Norms of the weight gradients of single images, without a loop over images. With D <c>[T·M, P]</c> the gradients of T functions at the convolution's
/// output and X <c>[C·K², P]</c> the patches of its input, an image's weight gradients are D·Xᵀ; wanted is the sum of squares of each channel's columns.
/// </summary>
/// <remarks>
/// Two ways give the same. <b>Product</b>: D·Xᵀ itself, T·M·P·C·K² multiplications, where the map is large. <b>Positions</b>, where it is small:
/// ‖D·X_cᵀ‖² = tr(X_c·S·X_cᵀ) with S = Dᵀ·D <c>[P, P]</c>, P²·(T·M + C·K²) multiplications; the functions have become one matrix, whatever their number.
/// </remarks>
internal static class WeightGradients
{
    /// <summary>Whether the way over positions takes fewer multiplications.</summary>
    public static bool OverPositions(ConvolutionLayer layer, long functions, long positions) =>
        positions * ((functions * layer.Outputs) + Columns(layer)) < functions * layer.Outputs * Columns(layer);

    /// <summary>The elements that <see cref="ChannelNorms"/> needs for an image beside its arguments.</summary>
    public static long WorkPerImage(ConvolutionLayer layer, long functions, long positions) => OverPositions(layer, functions, positions)
        ? (3 * positions * Columns(layer)) + (positions * positions)
        : (positions * Columns(layer)) + (2 * functions * layer.Outputs * Columns(layer));

    /// <summary>Σ over functions, outputs and taps of the squared gradient.</summary>
    /// <param name="layer">The convolution.</param>
    /// <param name="patches"><c>[N, C·K², P]</c>.</param>
    /// <param name="gradients"><c>[N, T·M, P]</c>.</param>
    /// <returns><c>[N, C]</c>, at least 0.</returns>
    public static Tensor ChannelNorms(ConvolutionLayer layer, Tensor patches, Tensor gradients)
    {
        long functions = gradients.shape[1] / layer.Outputs;
        return OverPositions(layer, functions, gradients.shape[2]) ? ByPositions(layer, patches, gradients) : ByProduct(layer, patches, gradients);
    }

    internal static Tensor ByProduct(ConvolutionLayer layer, Tensor patches, Tensor gradients)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor weights = gradients.bmm(patches.transpose(1, 2));
        return Channels(layer, weights.mul_(weights).sum(1)).MoveToOuterDisposeScope();
    }

    internal static Tensor ByPositions(ConvolutionLayer layer, Tensor patches, Tensor gradients)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor between = gradients.transpose(1, 2).bmm(gradients);
        Tensor weighted = patches.bmm(between);

        // A sum of squares written in another way: only rounding can make it negative.
        return Channels(layer, weighted.mul_(patches).sum(2)).clamp_(min: KeptScalar.Zero).MoveToOuterDisposeScope();
    }

    private static Tensor Channels(ConvolutionLayer layer, Tensor columns) => columns.reshape(columns.shape[0], layer.Inputs, -1).sum(2);

    private static long Columns(ConvolutionLayer layer) => (long)layer.Inputs * layer.KernelHeight * layer.KernelWidth;
}

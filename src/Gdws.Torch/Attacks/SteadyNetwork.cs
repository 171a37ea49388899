namespace Gdws.Torch.Attacks;

/// <summary>
/// Runs a network so that what an image gets doesn't depend, to the last bit, on the images beside it. Kernels on the CPU are chosen by the number of images
/// and add up in different orders; here they always get the same number, filled up with copies where there are fewer. That number also
/// fits the cache better than a whole batch: on one core PreActResNet-18 is a quarter faster with 16 images at once than with 100. GPUs get whole batches.
/// </summary>
internal static class SteadyNetwork
{
    private const int LeastAtOnce = 16;

    /// <summary>Images that the CPU gets at once: two for each thread, and a power of two.</summary>
    public static int AtOnce => Math.Max(LeastAtOnce, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(2 * TorchRuntime.Threads)));

    /// <summary>The logits, without gradients.</summary>
    /// <param name="network">The network.</param>
    /// <param name="images"><c>[N, C, H, W]</c>.</param>
    /// <returns><c>[N, classes]</c>.</returns>
    public static Tensor Logits(this TorchNetwork network, Tensor images) =>
        network.Look(images, [], withGradient: false, static (_, logits, _) => [logits])[0];

    /// <summary>Looks at the network's output on images, some at a time.</summary>
    /// <param name="network">The network.</param>
    /// <param name="images"><c>[N, C, H, W]</c>.</param>
    /// <param name="others">What belongs to the images, e.g. labels <c>[N]</c>.</param>
    /// <param name="withGradient">Whether the images that <paramref name="look"/> gets ask for gradients.</param>
    /// <param name="look">From images, their logits and what belongs to them: tensors with a row an image, no row depending on another.</param>
    /// <returns>The same tensors with N rows, detached.</returns>
    public static Tensor[] Look(
        this TorchNetwork network, Tensor images, Tensor[] others, bool withGradient, Func<Tensor, Tensor, Tensor[], Tensor[]> look)
    {
        using IDisposable mode = withGradient ? torch.enable_grad() : torch.no_grad();
        using DisposeScope scope = torch.NewDisposeScope();
        int all = (int)images.shape[0];
        int atOnce = network.Device.type == DeviceType.CPU ? AtOnce : all;
        List<Tensor[]> parts = [];
        for (int start = 0; start < all; start += atOnce)
        {
            using DisposeScope part = torch.NewDisposeScope();
            int count = Math.Min(atOnce, all - start);
            Tensor x = Rows(images, start, count, atOnce).detach();
            if (withGradient)
                _ = x.requires_grad_();
            Tensor[] found = look(x, network.Forward(x), [.. others.Select(other => Rows(other, start, count, atOnce))]);
            parts.Add([.. found.Select(tensor => tensor.detach().narrow(0, 0, count).MoveToOuterDisposeScope())]);
        }

        return [.. Enumerable.Range(0, parts[0].Length).Select(i => Joined([.. parts.Select(part => part[i])]).MoveToOuterDisposeScope())];
    }

    private static Tensor Joined(Tensor[] parts) => parts.Length == 1 ? parts[0].contiguous() : torch.cat(parts, 0);

    private static Tensor Rows(Tensor tensor, int start, int count, int atOnce)
    {
        Tensor rows = tensor.narrow(0, start, count);
        if (count == atOnce)
            return rows;
        long[] shape = tensor.shape;
        shape[0] = atOnce - count;
        return torch.cat([rows, tensor.narrow(0, start + count - 1, 1).expand(shape)], 0);
    }
}

namespace Gdws.Torch.Attacks;

/// <summary>
/// Runs a network so that what an image gets doesn't depend, to the last bit, on the images beside it. Kernels on the CPU are chosen by the number of images
/// and add up in different orders; so images are computed in pieces of one size, or of sizes that were seen to give the same bits (<see cref="PieceSizes"/>),
/// filled up with copies where there are fewer. Small pieces also fit the cache better than a whole batch. GPUs get whole batches.
/// </summary>
internal static class SteadyNetwork
{
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
        bool isOnCpu = network.Device.type == DeviceType.CPU;
        PieceSizes sizes = network.PieceSizes;
        List<Tensor[]> parts = [];
        for (int start = 0; start < all;)
        {
            int left = all - start;
            bool isTrial = false;
            int size = !isOnCpu ? left : network.IsRandom ? Math.Min(sizes.Most, left) : sizes.For(left, withGradient, out isTrial);
            int count = Math.Min(size, left);
            Tensor[] found = Piece(start, size);
            if (isTrial)
            {
                Tensor[] sure = Surely(start, size);
                sizes.Judge(size, withGradient, isSame: found.Zip(sure).All(pair => pair.First.eq(pair.Second).all().item<bool>()));
                found = sure;
            }

            parts.Add([.. found.Select(tensor => tensor.narrow(0, 0, count))]);
            start += count;
        }

        return [.. Enumerable.Range(0, parts[0].Length).Select(i => Joined([.. parts.Select(part => part[i])]).MoveToOuterDisposeScope())];

        Tensor[] Piece(int start, int size)
        {
            using DisposeScope part = torch.NewDisposeScope();
            Tensor x = Rows(images, start, size).detach();
            if (withGradient)
                _ = x.requires_grad_();
            Tensor[] found = look(x, network.Forward(x), [.. others.Select(other => Rows(other, start, size))]);
            return [.. found.Select(tensor => tensor.detach().MoveToOuterDisposeScope())];
        }

        Tensor[] Surely(int start, int size)
        {
            int measure = PieceSizes.Measure;
            Tensor[][] pieces = [.. Enumerable.Range(0, (size + measure - 1) / measure).Select(i => Piece(start + (i * measure), measure))];
            return [.. Enumerable.Range(0, pieces[0].Length).Select(i => torch.cat([.. pieces.Select(piece => piece[i])], 0).narrow(0, 0, size))];
        }
    }

    private static Tensor Joined(Tensor[] parts) => (parts.Length == 1 ? parts[0] : torch.cat(parts, 0)).contiguous();

    /// <summary>Rows from a place on, filled up with copies of the last where there are fewer.</summary>
    private static Tensor Rows(Tensor tensor, int start, int size)
    {
        int count = (int)Math.Min(size, tensor.shape[0] - start);
        Tensor rows = tensor.narrow(0, start, count);
        if (count == size)
            return rows;
        long[] shape = tensor.shape;
        shape[0] = size - count;
        return torch.cat([rows, tensor.narrow(0, start + count - 1, 1).expand(shape)], 0);
    }
}

namespace Gdws.Torch.Attacks;

/// <summary>
/// Runs a network so that what an image gets doesn't depend, to the last bit, on the images beside it or on the number of threads. Kernels on the CPU are chosen by the
/// number of images and of threads and add up in different orders; so images are computed by one thread each (<see cref="PieceWorkers"/>), in pieces of one size, or of
/// sizes that were seen to give the same bits (<see cref="PieceSizes"/>), filled up with copies where there are fewer. Small pieces also fit the cache better than a
/// whole batch. GPUs get whole batches.
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
        int all = (int)images.shape[0];
        using DisposeScope scope = torch.NewDisposeScope();
        if (network.Device.type != DeviceType.CPU)
            return [.. Piece(0, all).Select(tensor => tensor.contiguous().MoveToOuterDisposeScope())];

        // A network that draws random numbers draws them in the order of the images: one piece after the other.
        PieceSizes sizes = network.PieceSizes;
        List<PiecePlan> plans = network.IsRandom ? [.. Plain(all, sizes.Most)] : sizes.Of(all, TorchRuntime.Threads, withGradient);
        Tensor[][] parts = new Tensor[plans.Count][];
        try
        {
            PieceWorkers.Run(plans.Count, Compute, most: network.IsRandom ? 1 : TorchRuntime.Threads);
            return [.. Enumerable.Range(0, parts[0].Length).Select(i => torch.cat([.. parts.Select(part => part[i])], 0).MoveToOuterDisposeScope())];
        }
        finally
        {
            foreach (Tensor tensor in parts.Where(part => part is not null).SelectMany(part => part))
                tensor.Dispose();
        }

        void Compute(int number)
        {
            (int start, int count, int size, bool isTrial) = plans[number];
            using DisposeScope own = torch.NewDisposeScope();
            Tensor[] found = Piece(start, size);
            if (isTrial)
            {
                Tensor[] sure = Surely(start, size);
                sizes.Judge(size, withGradient, isSame: found.Zip(sure).All(pair => pair.First.eq(pair.Second).all().item<bool>()));
                found = sure;
            }

            // Results leave the worker's scope; the caller frees them.
            parts[number] = [.. found.Select(tensor => tensor.narrow(0, 0, count).clone().DetachFromDisposeScope())];
        }

        Tensor[] Piece(int start, int size)
        {
            using IDisposable mode = withGradient ? torch.enable_grad() : torch.no_grad();
            using DisposeScope part = torch.NewDisposeScope();
            Tensor x = Rows(images, start, size).detach();
            if (withGradient)
                _ = x.requires_grad_();
            Tensor[] found = look(x, network.Forward(x), [.. others.Select(other => Rows(other, start, size))]);
            return [.. found.Select(tensor => tensor.detach().MoveToOuterDisposeScope())];
        }

        Tensor[] Surely(int start, int size)
        {
            Tensor[][] pieces = [.. Enumerable.Range(0, (size + sizes.Measure - 1) / sizes.Measure).Select(i => Piece(start + (i * sizes.Measure), sizes.Measure))];
            return [.. Enumerable.Range(0, pieces[0].Length).Select(i => torch.cat([.. pieces.Select(piece => piece[i])], 0).narrow(0, 0, size))];
        }
    }

    private static IEnumerable<PiecePlan> Plain(int images, int most)
    {
        for (int start = 0; start < images; start += most)
        {
            int count = Math.Min(most, images - start);
            yield return new PiecePlan(start, count, count, IsTrial: false);
        }
    }

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

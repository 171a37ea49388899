namespace Gdws.Torch.Calibration;

/// <summary>
/// The same images on their way through two networks, batch by batch. As many runs as memory allows are kept between layers, so that every layer is computed
/// once; those of further batches start from the images at each look.
/// </summary>
internal sealed class ActivationStore(TorchNetwork dense, TorchNetwork approximated, IReadOnlyList<Tensor> batches, long mostBytes) : IDisposable
{
    private readonly List<(TorchRun Dense, TorchRun Approximated)> _runs = [];

    /// <summary>Looks at all batches.</summary>
    /// <param name="look">Is given the dense network's run and the other's, at least as far as they were asked before.</param>
    public void ForEach(Action<TorchRun, TorchRun> look)
    {
        int number = 0;
        long bytes = 0;
        foreach (Tensor batch in batches)
        {
            if (number == _runs.Count)
                _runs.Add((dense.Start(batch), approximated.Start(batch)));
            (TorchRun original, TorchRun changed) = _runs[number];
            look(original, changed);
            long own = original.Bytes + changed.Bytes;
            if (bytes + own <= mostBytes)
            {
                bytes += own;
            }
            else
            {
                original.Dispose();
                changed.Dispose();
                _runs[number] = (dense.Start(batch), approximated.Start(batch));
            }

            number++;
        }
    }

    public void Dispose()
    {
        foreach ((TorchRun original, TorchRun changed) in _runs)
        {
            original.Dispose();
            changed.Dispose();
        }
    }
}

namespace Gdws.Torch.Calibration;

/// <summary>
/// The same images on their way through two networks, batch by batch. Where memory allows the runs are kept between layers, so that every layer is computed
/// once; otherwise each look starts from the images.
/// </summary>
internal sealed class ActivationStore(TorchNetwork dense, TorchNetwork approximated, CalibrationImages images, long mostBytes) : IDisposable
{
    private readonly List<(TorchRun Dense, TorchRun Approximated)> _runs = [];
    private bool _recompute;

    /// <summary>Looks at all batches.</summary>
    /// <param name="look">Is given the dense network's run and the other's, at least as far as they were asked before.</param>
    public void ForEach(Action<TorchRun, TorchRun> look)
    {
        int number = 0;
        long bytes = 0;
        foreach (Tensor batch in images.Batches)
        {
            if (number == _runs.Count)
                _runs.Add((dense.Start(batch), approximated.Start(batch)));
            (TorchRun original, TorchRun changed) = _runs[number];
            look(original, changed);
            bytes += original.Bytes + changed.Bytes;

            // What the first batches take foretells what all will.
            if (_recompute || bytes / (number + 1) * images.BatchCount > mostBytes)
            {
                _recompute = true;
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

using Gdws.Data;
using Gdws.Torch.Attacks;

namespace Gdws.Torch.Calibration;

/// <summary>The images of a calibration: drawn from a dataset, each clean and, with an attack, also perturbed.</summary>
internal sealed class CalibrationImages : IDisposable
{
    private readonly List<(Tensor Images, int Pairs)> _batches = [];

    private readonly List<ulong> _fingerprints = [];

    private CalibrationImages(bool isPaired) => IsPaired = isPaired;

    /// <summary>Whether every clean image has a perturbed one beside it.</summary>
    public bool IsPaired { get; }

    /// <summary>Different images of the dataset.</summary>
    public int Count => _batches.Sum(batch => batch.Pairs);

    /// <summary>
    /// The batches <c>[N, C, H, W]</c> on the network's device. Where images are paired the first half is clean and the second half the same perturbed.
    /// </summary>
    public IEnumerable<Tensor> Batches => _batches.Select(batch => batch.Images);

    /// <summary>What tells the clean images apart from others.</summary>
    public string Fingerprints => ImageFingerprints.Pack(_fingerprints);

    /// <summary>The number of batches.</summary>
    public int BatchCount => _batches.Count;

    /// <summary>Draws images and perturbs them.</summary>
    public static CalibrationImages Draw(
        TorchNetwork network, IImageDataset dataset, CalibrationOptions options, Action<int, int> report, CancellationToken cancellation)
    {
        int wanted = options.Attack is null ? options.Samples : (options.Samples + 1) / 2;
        int[] indices = Indices(dataset.Count, wanted, options.Seed);
        CalibrationImages images = new(options.Attack is not null);
        try
        {
            int done = 0;
            foreach (int[] chunk in indices.Chunk(options.BatchSize))
            {
                cancellation.ThrowIfCancellationRequested();
                images._batches.Add((Batch(network, dataset, options, chunk, images._fingerprints, cancellation), chunk.Length));
                report(done += chunk.Length, indices.Length);
            }

            return images;
        }
        catch
        {
            images.Dispose();
            throw;
        }
    }

    /// <summary>The first images drawn, as far as batches go.</summary>
    /// <param name="pairs">How many different images are wanted.</param>
    public IEnumerable<Tensor> FirstBatches(int pairs) =>
        _batches.Take((pairs + Math.Max(1, _batches[0].Pairs) - 1) / Math.Max(1, _batches[0].Pairs)).Select(batch => batch.Images);

    public void Dispose()
    {
        foreach ((Tensor images, _) in _batches)
            images.Dispose();
    }

    /// <summary>Draws without repetition; ascending, since images are then read as they lie in the file.</summary>
    internal static int[] Indices(int available, int wanted, int seed)
    {
        int[] all = [.. Enumerable.Range(0, available)];
        if (wanted >= available)
            return all;
        ImageRandom random = new(seed, 0, 0);
        for (int i = 0; i < wanted; i++)
        {
            int j = i + (int)(random.Uniform() * (available - i));
            (all[i], all[j]) = (all[j], all[i]);
        }

        Array.Sort(all, 0, wanted);
        return all[..wanted];
    }

    private static Tensor Batch(
        TorchNetwork network, IImageDataset dataset, CalibrationOptions options, int[] indices, List<ulong> fingerprints, CancellationToken cancellation)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        int length = dataset.ImageLength();
        float[] pixels = new float[indices.Length * length];
        int[] labels = new int[indices.Length];
        for (int i = 0; i < indices.Length; i++)
        {
            dataset.CopyImage(indices[i], pixels.AsSpan(i * length, length));
            fingerprints.Add(ImageFingerprints.Of(pixels.AsSpan(i * length, length)));
            labels[i] = dataset.Label(indices[i]);
        }

        Tensor clean = ImageTensors.From(pixels, indices.Length, dataset.Channels, dataset.Height, dataset.Width).to(network.Precision, network.Device);
        if (options.Attack is null)
            return clean.MoveToOuterDisposeScope();
        if (labels.FirstOrDefault(label => label < 0 || label >= network.Classes, -1) is var label and >= 0)
            throw new GdwsException($"data '{dataset.Name}': an image has the class {label}, {network.Source} tells classes 0 to {network.Classes - 1} apart");

        // Statistics of perturbed images need those that the attack is after, also of images that the network gets wrong anyway.
        PgdAttack attack = options.Attack with { StopWhenBroken = false, Seed = options.Seed };
        using AttackResult result = attack.Run(network, clean, labels, indices, cancellation);
        return torch.cat([clean, result.Images]).MoveToOuterDisposeScope();
    }
}

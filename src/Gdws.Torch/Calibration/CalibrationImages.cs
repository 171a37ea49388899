using Gdws.Data;
using Gdws.Torch.Attacks;

namespace Gdws.Torch.Calibration;

/// <summary>The images of a calibration: drawn from a dataset, each clean and, with an attack, also perturbed.</summary>
internal sealed class CalibrationImages : IDisposable
{
    private readonly List<CalibrationBatch> _batches = [];

    private readonly List<ulong> _fingerprints = [];

    private CalibrationImages(int forms) => Forms = forms;

    /// <summary>In how many forms every image is there: 1 for clean alone, 2 with a perturbed one beside it, more with further perturbed ones.</summary>
    public int Forms { get; }

    /// <summary>Whether every clean image has a perturbed one beside it.</summary>
    public bool IsPaired => Forms > 1;

    /// <summary>Different images of the dataset.</summary>
    public int Count => _batches.Sum(batch => batch.Labels.Length);

    /// <summary>
    /// The batches <c>[forms · N, C, H, W]</c> on the network's device: N clean images, then the same N perturbed, form after form.
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
        CalibrationImages images = new(options.Attack is null ? 1 : 2);
        try
        {
            int done = 0;
            foreach (int[] chunk in indices.Chunk(options.BatchSize))
            {
                cancellation.ThrowIfCancellationRequested();
                images._batches.Add(Batch(network, dataset, options, chunk, images._fingerprints, cancellation));
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

    /// <summary>The first images drawn, with one more form: perturbed against another network, from other starts.</summary>
    /// <param name="network">The network that is attacked.</param>
    /// <param name="options">The attack and its seed.</param>
    /// <param name="most">How many different images are wanted, as far as batches go.</param>
    /// <param name="report">Is told the images done and all.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public CalibrationImages AlsoAgainst(
        TorchNetwork network, CalibrationOptions options, int most, Action<int, int> report, CancellationToken cancellation)
    {
        CalibrationImages more = new(Forms + 1);
        CalibrationBatch[] batches = [.. First(most)];
        int done = 0, all = batches.Sum(batch => batch.Labels.Length);
        try
        {
            foreach (CalibrationBatch batch in batches)
            {
                cancellation.ThrowIfCancellationRequested();
                using DisposeScope scope = torch.NewDisposeScope();
                using AttackResult result = EveryStep(options, Forms).Run(
                    network, batch.Images.narrow(0, 0, batch.Labels.Length), batch.Labels, batch.Indices, cancellation);
                more._batches.Add(batch with { Images = torch.cat([batch.Images, result.Images]).DetachFromDisposeScope() });
                report(done += batch.Labels.Length, all);
            }

            return more;
        }
        catch
        {
            more.Dispose();
            throw;
        }
    }

    /// <summary>The first images drawn, as far as batches go.</summary>
    /// <param name="most">How many different images are wanted.</param>
    public IEnumerable<Tensor> FirstBatches(int most) => First(most).Select(batch => batch.Images);

    public void Dispose()
    {
        foreach (CalibrationBatch batch in _batches)
            batch.Images.Dispose();
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

    private IEnumerable<CalibrationBatch> First(int most)
    {
        int each = Math.Max(1, _batches[0].Labels.Length);
        return _batches.Take((most + each - 1) / each);
    }

    /// <summary>Statistics of perturbed images need those that the attack is after, also of images that the network gets wrong anyway.</summary>
    private static PgdAttack EveryStep(CalibrationOptions options, int form) =>
        options.Attack! with { StopWhenBroken = false, Seed = options.Seed + form - 1 };

    private static CalibrationBatch Batch(
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
            return new CalibrationBatch(clean.MoveToOuterDisposeScope(), labels, indices);
        if (labels.FirstOrDefault(label => label < 0 || label >= network.Classes, -1) is var label and >= 0)
            throw new GdwsException($"data '{dataset.Name}': an image has the class {label}, {network.Source} tells classes 0 to {network.Classes - 1} apart");

        using AttackResult result = EveryStep(options, 1).Run(network, clean, labels, indices, cancellation);
        return new CalibrationBatch(torch.cat([clean, result.Images]).MoveToOuterDisposeScope(), labels, indices);
    }
}

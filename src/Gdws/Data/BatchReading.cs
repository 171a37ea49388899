namespace Gdws.Data;

/// <summary>What evaluation does with any <see cref="IImageDataset"/>: batches, a part of it, and whether it suits a network.</summary>
public static class BatchReading
{
    /// <summary>The number of values of one image, C·H·W.</summary>
    /// <param name="dataset">The images.</param>
    public static int ImageLength(this IImageDataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return dataset.Channels * dataset.Height * dataset.Width;
    }

    /// <summary>Copies neighbouring images and their labels; images that have to be decoded are decoded on all cores.</summary>
    /// <param name="dataset">The images.</param>
    /// <param name="start">The first image, from 0.</param>
    /// <param name="count">How many; <paramref name="start"/> + <paramref name="count"/> ≤ <see cref="IImageDataset.Count"/>.</param>
    /// <param name="images">Receives <c>[count, C, H, W]</c>, values in [0,1].</param>
    /// <param name="labels">Receives <c>[count]</c>.</param>
    /// <exception cref="GdwsException">An image can't be decoded; the message names its file.</exception>
    public static void CopyBatch(this IImageDataset dataset, int start, int count, Span<float> images, Span<int> labels)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, dataset.Count - start);

        int length = dataset.ImageLength();
        Span<float> target = images[..checked(count * length)];
        for (int i = 0; i < count; i++)
            labels[i] = dataset.Label(start + i);

        if (dataset is ImageFolders or DatasetPart { Source: ImageFolders })
            CopyInParallel(dataset, start, count, length, target);
        else
        {
            for (int i = 0; i < count; i++)
                dataset.CopyImage(start + i, target.Slice(i * length, length));
        }
    }

    /// <summary>The first images of a dataset.</summary>
    /// <param name="dataset">The images.</param>
    /// <param name="count">How many, at least 1; where there are fewer, all.</param>
    /// <exception cref="GdwsException"><paramref name="count"/> is below 1.</exception>
    public static IImageDataset Take(this IImageDataset dataset, int count)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        if (count < 1)
            throw new GdwsException($"data '{dataset.Name}': expected a limit of at least 1 image, found {count}");
        return count >= dataset.Count ? dataset : new DatasetPart(dataset, 0, count);
    }

    /// <summary>The images of a dataset after its first ones.</summary>
    /// <param name="dataset">The images.</param>
    /// <param name="count">How many to leave out, at least 0 and fewer than there are.</param>
    /// <exception cref="GdwsException"><paramref name="count"/> is out of its range.</exception>
    public static IImageDataset Skip(this IImageDataset dataset, int count)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        if (count < 0 || count >= dataset.Count)
            throw new GdwsException($"data '{dataset.Name}' has {dataset.Count} images: {count} can't be left out");
        return new DatasetPart(dataset, count, dataset.Count - count);
    }

    /// <summary>Some images of a dataset, in the order given.</summary>
    /// <param name="dataset">The images.</param>
    /// <param name="positions">At least one, each from 0 to <see cref="IImageDataset.Count"/> − 1.</param>
    /// <exception cref="GdwsException">There is none, or one is out of its range.</exception>
    public static IImageDataset Pick(this IImageDataset dataset, IReadOnlyList<int> positions)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(positions);
        if (positions.Count == 0)
            throw new GdwsException($"data '{dataset.Name}': expected at least one image to pick");
        foreach (int position in positions)
        {
            if (position < 0 || position >= dataset.Count)
                throw new GdwsException($"data '{dataset.Name}' has {dataset.Count} images: there is no image {position} to pick");
        }

        return new PickedImages(dataset, [.. positions]);
    }

    /// <summary>Makes sure that a network takes these images and tells these classes apart.</summary>
    /// <param name="dataset">The images.</param>
    /// <param name="channels">Channels that the network takes; 0 or less where it takes any.</param>
    /// <param name="height">Rows that the network takes; 0 or less where it takes any.</param>
    /// <param name="width">Columns that the network takes; 0 or less where it takes any.</param>
    /// <param name="classes">Logits that the network computes; 0 or less where unknown.</param>
    /// <param name="networkName">The network's file or name, for the message.</param>
    /// <exception cref="GdwsException">Something differs; the message says what the network takes and what the data has.</exception>
    public static void RequireMatches(this IImageDataset dataset, int channels, int height, int width, int classes, string networkName)
    {
        ArgumentNullException.ThrowIfNull(dataset);

        bool sizeFits = Fits(channels, dataset.Channels) && Fits(height, dataset.Height) && Fits(width, dataset.Width);
        if (!sizeFits)
        {
            throw new GdwsException(
                $"{networkName}: takes images of {Size(channels)}×{Size(height)}×{Size(width)} (channels×height×width), " +
                $"data '{dataset.Name}' has {dataset.Channels}×{dataset.Height}×{dataset.Width}");
        }

        if (!Fits(classes, dataset.Classes))
        {
            string hint = dataset is ImageFolders { HasClassList: false } or DatasetPart { Source: ImageFolders { HasClassList: false } }
                ? " (one for each folder; a wnids.txt beside the folders lists all classes in order)"
                : "";
            throw new GdwsException($"{networkName}: tells {classes} classes apart, data '{dataset.Name}' has {dataset.Classes}{hint}");
        }
    }

    private static bool Fits(int wanted, int found) => wanted <= 0 || wanted == found;

    private static string Size(int value) => value <= 0 ? "any" : value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static void CopyInParallel(IImageDataset dataset, int start, int count, int length, Span<float> target)
    {
        // Errors are kept by position, so that which file is named doesn't depend on the threads' timing.
        float[] decoded = new float[target.Length];
        GdwsException?[] errors = new GdwsException?[count];
        Parallel.For(0, count, i =>
        {
            try
            {
                dataset.CopyImage(start + i, decoded.AsSpan(i * length, length));
            }
            catch (GdwsException exception)
            {
                errors[i] = exception;
            }
        });
        if (errors.FirstOrDefault(error => error is not null) is { } first)
            throw first;

        decoded.CopyTo(target);
    }
}

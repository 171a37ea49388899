using Gdws.Data;

namespace Gdws.Execution;

/// <summary>Measures how many clean images a network classifies correctly, on any engine.</summary>
public static class NaturalAccuracy
{
    /// <summary>Runs every image of a dataset once.</summary>
    /// <param name="session">The network.</param>
    /// <param name="data">The images; the last batch may be smaller.</param>
    /// <param name="batch">Images a run, at least 1; the result doesn't depend on it.</param>
    /// <param name="progress">Told the number of images done so far, after every batch.</param>
    /// <param name="cancellation">Looked at before every batch.</param>
    /// <exception cref="GdwsException">There are no images, or they don't fit the network.</exception>
    /// <exception cref="OperationCanceledException">The measurement was cancelled.</exception>
    public static AccuracyCount Measure(
        IEngineSession session, IImageDataset data, int batch, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        RequireFit(session, data);

        batch = Math.Min(batch, data.Count);
        int imageLength = session.ImageLength;
        float[] images = new float[checked(batch * imageLength)];
        int[] labels = new int[batch];
        float[] logits = new float[checked(batch * session.Classes)];
        AccuracyCount total = new(0, 0, 0);
        for (int start = 0; start < data.Count; start += batch)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(batch, data.Count - start);
            data.CopyBatch(start, count, images, labels);
            session.Run(images.AsSpan(0, count * imageLength), count, logits.AsSpan(0, count * session.Classes));
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<float> row = logits.AsSpan(i * session.Classes, session.Classes);
                RequireSound(data, start + i, labels[i], row);
                total = total.Add(Rank(row, labels[i]));
            }

            progress?.Report(start + count);
        }

        return total;
    }

    /// <summary>
    /// The number of classes that the network prefers to <paramref name="label"/>: 0 means classified correctly.
    /// Of equal logits the lower class comes first.
    /// </summary>
    internal static int Rank(ReadOnlySpan<float> logits, int label)
    {
        int rank = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            if (logits[i] > logits[label] || (logits[i] == logits[label] && i < label))
                rank++;
        }

        return rank;
    }

    private static void RequireSound(IImageDataset data, int index, int label, ReadOnlySpan<float> logits)
    {
        if ((uint)label >= (uint)logits.Length)
        {
            throw new GdwsException(
                $"{data.Name}: image {index} has the class {label}, the network tells classes 0 to {logits.Length - 1} apart");
        }

        if (logits.Contains(float.NaN))
            throw new GdwsException($"{data.Name}: the network's output for image {index} is NaN (not a number): are its weights damaged?");
    }

    private static void RequireFit(IEngineSession session, IImageDataset data)
    {
        if (data.Count == 0)
            throw new GdwsException($"{data.Name}: the {data.Split} split holds no images");
        if (data.ImageLength() != session.ImageLength)
        {
            throw new GdwsException($"{data.Name}: images are {data.Channels}×{data.Height}×{data.Width} ({data.ImageLength():N0} values),"
                + $" the network takes {session.ImageLength:N0} values");
        }

        if (data.Classes > session.Classes)
            throw new GdwsException($"{data.Name}: has {data.Classes} classes, the network tells {session.Classes} apart");
    }
}

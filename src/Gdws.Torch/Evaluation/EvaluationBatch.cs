using Gdws.Data;
using Gdws.Torch.Attacks;

namespace Gdws.Torch.Evaluation;

/// <summary>Images of a dataset, in plain memory and as a tensor on the CPU.</summary>
internal sealed class EvaluationBatch : IDisposable
{
    public EvaluationBatch(IImageDataset dataset, int[] indices)
    {
        ImageLength = dataset.ImageLength();
        Indices = indices;
        Pixels = new float[indices.Length * ImageLength];
        Labels = [.. indices.Select(dataset.Label)];
        if (indices[^1] - indices[0] == indices.Length - 1)
        {
            dataset.CopyBatch(indices[0], indices.Length, Pixels, new int[indices.Length]);
        }
        else
        {
            for (int i = 0; i < indices.Length; i++)
                dataset.CopyImage(indices[i], Pixels.AsSpan(i * ImageLength, ImageLength));
        }

        Images = ImageTensors.From(Pixels, indices.Length, dataset.Channels, dataset.Height, dataset.Width);
    }

    private EvaluationBatch(EvaluationBatch whole, int[] positions)
    {
        ImageLength = whole.ImageLength;
        Indices = whole.Indices.At(positions);
        Labels = whole.Labels.At(positions);
        Pixels = new float[positions.Length * ImageLength];
        for (int i = 0; i < positions.Length; i++)
            whole.Pixels.AsSpan(positions[i] * ImageLength, ImageLength).CopyTo(Pixels.AsSpan(i * ImageLength));
        long[] shape = whole.Images.shape;
        Images = ImageTensors.From(Pixels, [positions.Length, .. shape[1..]]);
    }

    /// <summary>The number of values of an image.</summary>
    public int ImageLength { get; }

    public int[] Indices { get; }

    public float[] Pixels { get; }

    public int[] Labels { get; }

    public Tensor Images { get; }

    /// <summary>Some of the images.</summary>
    public EvaluationBatch At(int[] positions) => new(this, positions);

    public void Dispose() => Images.Dispose();
}

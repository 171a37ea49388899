using Gdws.Data;

namespace Gdws.Torch.Evaluation;

/// <summary>Images of a dataset, in plain memory and as a tensor on the CPU.</summary>
internal sealed class EvaluationBatch : IDisposable
{
    public EvaluationBatch(IImageDataset dataset, int[] indices)
    {
        int length = dataset.ImageLength();
        Indices = indices;
        Pixels = new float[indices.Length * length];
        Labels = [.. indices.Select(dataset.Label)];
        if (indices[^1] - indices[0] == indices.Length - 1)
        {
            dataset.CopyBatch(indices[0], indices.Length, Pixels, new int[indices.Length]);
        }
        else
        {
            for (int i = 0; i < indices.Length; i++)
                dataset.CopyImage(indices[i], Pixels.AsSpan(i * length, length));
        }

        Images = ImageTensors.From(Pixels, indices.Length, dataset.Channels, dataset.Height, dataset.Width);
    }

    public int[] Indices { get; }

    public float[] Pixels { get; }

    public int[] Labels { get; }

    public Tensor Images { get; }

    public void Dispose() => Images.Dispose();
}

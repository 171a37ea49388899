using Gdws.Data;

namespace Gdws.Benchmarks;

/// <summary>Neighbouring images of a dataset.</summary>
internal sealed class DatasetPart(IImageDataset source, int start, int count) : IImageDataset
{
    public string Name => source.Name;

    public string Split => source.Split;

    public int Count => count;

    public int Channels => source.Channels;

    public int Height => source.Height;

    public int Width => source.Width;

    public int Classes => source.Classes;

    public int Label(int index) => source.Label(start + index);

    public void CopyImage(int index, Span<float> image) => source.CopyImage(start + index, image);
}

namespace Gdws.Data;

/// <summary>Some images of another dataset, in an order of their own.</summary>
internal sealed class PickedImages(IImageDataset source, int[] positions) : IImageDataset
{
    public string Name => source.Name;

    public string Split => source.Split;

    public int Count => positions.Length;

    public int Channels => source.Channels;

    public int Height => source.Height;

    public int Width => source.Width;

    public int Classes => source.Classes;

    public int Label(int index) => source.Label(positions[index]);

    public void CopyImage(int index, Span<float> image) => source.CopyImage(positions[index], image);
}

namespace Gdws.Data;

/// <summary>Neighbouring images of another dataset.</summary>
internal sealed class DatasetPart(IImageDataset source, int start, int count) : IImageDataset
{
    public IImageDataset Source { get; } = source;

    public string Name => Source.Name;

    public string Split => Source.Split;

    public int Count => count;

    public int Channels => Source.Channels;

    public int Height => Source.Height;

    public int Width => Source.Width;

    public int Classes => Source.Classes;

    public int Label(int index) => Source.Label(Checked(index));

    public void CopyImage(int index, Span<float> image) => Source.CopyImage(Checked(index), image);

    private int Checked(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, count);
        return start + index;
    }
}

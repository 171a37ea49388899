using Gdws.Data;

namespace Gdws.Tests.Execution;

/// <summary>Grey images of one pixel; the pixel is the image's number over 1,000.</summary>
internal sealed class FakeImages(int count, int classes, Func<int, int> label) : IImageDataset
{
    public string Name => "fake:images";

    public string Split => "test";

    public int Count => count;

    public int Channels => 1;

    public int Height => 1;

    public int Width => 1;

    public int Classes => classes;

    public int Label(int index) => label(index);

    public void CopyImage(int index, Span<float> image) => image[0] = index / 1000f;
}

using Gdws.Data;

namespace Gdws.Tests.Torch.Training;

/// <summary>Noise with two bright rows whose place is the class: separable, and robustly so.</summary>
internal sealed class StripedImages(int count, int classes = 3, int height = 6, int width = 6, int firstImage = 0) : IImageDataset
{
    public string Name => "stripes";

    public string Split => "train";

    public int Count => count;

    public int Channels => 1;

    public int Height => height;

    public int Width => width;

    public int Classes => classes;

    public int Label(int index) => (index + firstImage) % classes;

    public void CopyImage(int index, Span<float> image)
    {
        Random random = new(1000 + index + firstImage);
        for (int i = 0; i < image.Length; i++)
        {
            bool isBright = i / width / 2 == Label(index);
            image[i] = (isBright ? 0.6f : 0.1f) + (0.3f * random.NextSingle());
        }
    }
}

using Gdws.Data;

namespace Gdws.Tests.Torch.Sensitivity;

/// <summary>Random images of any size; an image depends on its number alone.</summary>
internal sealed class TinyImages(int count, int classes, int channels, int height, int width) : IImageDataset
{
    public string Name => "tiny:images";

    public string Split => "train";

    public int Count => count;

    public int Channels => channels;

    public int Height => height;

    public int Width => width;

    public int Classes => classes;

    public int Label(int index) => index % classes;

    public void CopyImage(int index, Span<float> image) =>
        TorchNetworks.Random(channels * height * width, index, 0, 1).CopyTo(image);
}

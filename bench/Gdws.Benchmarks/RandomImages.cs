using Gdws.Data;

namespace Gdws.Benchmarks;

/// <summary>Images of noise, kept in memory.</summary>
internal sealed class RandomImages : IImageDataset
{
    private readonly float[] _pixels;
    private readonly int _length;

    public RandomImages(int count, int channels, int height, int width, int classes)
    {
        (Count, Channels, Height, Width, Classes) = (count, channels, height, width, classes);
        _length = channels * height * width;
        _pixels = new float[count * _length];
        Random random = new(1);
        foreach (ref float value in _pixels.AsSpan())
            value = random.NextSingle();
    }

    public string Name => "noise";

    public string Split => "train";

    public int Count { get; }

    public int Channels { get; }

    public int Height { get; }

    public int Width { get; }

    public int Classes { get; }

    public int Label(int index) => index % Classes;

    public void CopyImage(int index, Span<float> image) => _pixels.AsSpan(index * _length, _length).CopyTo(image);
}

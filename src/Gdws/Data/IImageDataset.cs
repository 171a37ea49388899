namespace Gdws.Data;

/// <summary>Labelled images of one size, pixels in [0,1], readable in any order and from several threads.</summary>
public interface IImageDataset
{
    /// <summary>What it is, as the user wrote it, e.g. <c>cifar10:DIR</c>.</summary>
    string Name { get; }

    /// <summary><c>test</c> or <c>train</c>.</summary>
    string Split { get; }

    /// <summary>The number of images.</summary>
    int Count { get; }

    /// <summary>Colour channels C: 1 (grey) or 3 (red, green, blue).</summary>
    int Channels { get; }

    /// <summary>Rows H.</summary>
    int Height { get; }

    /// <summary>Columns W.</summary>
    int Width { get; }

    /// <summary>The number of classes.</summary>
    int Classes { get; }

    /// <summary>The class of an image, from 0.</summary>
    /// <param name="index">Its position, from 0 to <see cref="Count"/> − 1.</param>
    int Label(int index);

    /// <summary>Copies an image.</summary>
    /// <param name="index">Its position, from 0 to <see cref="Count"/> − 1.</param>
    /// <param name="image">Receives <c>[C, H, W]</c>, values in [0,1].</param>
    void CopyImage(int index, Span<float> image);
}

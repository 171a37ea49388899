namespace Gdws.Data;

/// <summary>Opens labelled images of any kind that the program knows.</summary>
public static class ImageDataset
{
    /// <summary>Opens the images that a specification such as <c>cifar10:DIR</c> names.</summary>
    /// <param name="specification"><c>KIND:PATH</c> or <c>samples</c>, see <see cref="DatasetSpecification"/>.</param>
    /// <param name="split"><c>test</c> or <c>train</c>. <c>svhn</c> and <c>imagenet</c> name a file or folder that is itself a
    /// split, so there it is only a label; <c>samples</c> has no <c>train</c>.</param>
    /// <exception cref="GdwsException">The specification or split can't be understood, or there are no such images.</exception>
    /// <exception cref="InvalidFileException">A file is truncated, damaged or of another kind.</exception>
    public static IImageDataset Open(string specification, string split = "test") =>
        Open(DatasetSpecification.Parse(specification), split);

    /// <summary>Opens the images that a specification names.</summary>
    /// <param name="specification">The kind and place of the images.</param>
    /// <param name="split"><c>test</c> or <c>train</c>.</param>
    /// <exception cref="GdwsException">The split can't be understood, or there are no such images.</exception>
    /// <exception cref="InvalidFileException">A file is truncated, damaged or of another kind.</exception>
    public static IImageDataset Open(DatasetSpecification specification, string split = "test")
    {
        ArgumentNullException.ThrowIfNull(specification);
        ArgumentNullException.ThrowIfNull(split);

        if (split is not ("test" or "train"))
            throw new GdwsException($"split '{split}': expected 'test' or 'train'");

        string name = specification.Text;
        string path = specification.Path;
        return specification.Kind switch
        {
            DatasetKind.Cifar10 => CifarFiles.Open10(name, path, split),
            DatasetKind.Cifar100 => CifarFiles.Open100(name, path, split),
            DatasetKind.Svhn => SvhnFile.Open(name, path, split),
            DatasetKind.FashionMnist or DatasetKind.Mnist => IdxFiles.Open(name, path, split),
            DatasetKind.ImageNet => ImageFolders.Open(name, path, split),
            DatasetKind.Samples when split == "train" =>
                throw new GdwsException("data 'samples': the images that ship are test images; there is no split 'train'"),
            DatasetKind.Samples => IdxFiles.Open(name, Path.Combine(AppContext.BaseDirectory, "samples"), split),
            _ => throw new ArgumentOutOfRangeException(nameof(specification), specification.Kind, "unknown kind"),
        };
    }
}

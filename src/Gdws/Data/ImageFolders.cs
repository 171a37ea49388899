using Gdws.Data.Images;

namespace Gdws.Data;

/// <summary>
/// Images in one folder per class, as ImageNet is laid out. An image is decoded when it is asked for, its shorter side resized to 256,
/// and the central 224×224 cut out, as torchvision's evaluation transform does.
/// </summary>
internal sealed class ImageFolders : IImageDataset
{
    private const string ClassListName = "wnids.txt";
    private const long MaximumFileLength = 256L << 20;

    private readonly (string File, int Label)[] _images;

    private ImageFolders(string name, string split, (string File, int Label)[] images, int classes, bool hasClassList)
    {
        (Name, Split, _images, Classes, HasClassList) = (name, split, images, classes, hasClassList);
    }

    public string Name { get; }

    public string Split { get; }

    public int Count => _images.Length;

    public int Channels => 3;

    public int Height => EvaluationTransform.CropSize;

    public int Width => EvaluationTransform.CropSize;

    public int Classes { get; }

    /// <summary>Whether <c>wnids.txt</c> says which classes there are, rather than the folders.</summary>
    public bool HasClassList { get; }

    public static ImageFolders Open(string name, string folder, string split)
    {
        DataFile.ExistingFolder(folder);
        string[] folders = DataFile.Guard(folder, () => Directory.GetDirectories(folder))
            .Where(path => !Path.GetFileName(path).StartsWith('.'))
            .Order(StringComparer.Ordinal)
            .ToArray();
        string listFile = Path.Combine(folder, ClassListName);
        bool hasClassList = File.Exists(listFile);
        string[] classes = hasClassList ? ReadClassList(listFile) : [.. folders.Select(path => Path.GetFileName(path))];
        Dictionary<string, int> positions = new(StringComparer.Ordinal);
        for (int i = 0; i < classes.Length; i++)
        {
            if (!positions.TryAdd(classes[i], i))
                throw new InvalidFileException(listFile, $"lists '{classes[i]}' twice");
        }

        List<(string, int)> images = [];
        foreach (string path in folders)
        {
            if (!positions.TryGetValue(Path.GetFileName(path), out int label))
                throw new InvalidFileException(listFile, $"doesn't list '{Path.GetFileName(path)}', which is a folder beside it");
            string[] files = DataFile.Guard(path, () => Directory.GetFiles(path));
            images.AddRange(files.Where(IsImage).Order(StringComparer.Ordinal).Select(file => (file, label)));
        }

        if (images.Count == 0)
            throw new GdwsException($"{folder}: holds no images; expected one folder a class with .JPEG, .jpg or .png files");
        return new ImageFolders(name, split, [.. images], classes.Length, hasClassList);
    }

    public int Label(int index) => _images[index].Label;

    /// <inheritdoc/>
    /// <exception cref="InvalidFileException">The file can't be decoded.</exception>
    public void CopyImage(int index, Span<float> image)
    {
        string file = _images[index].File;
        EvaluationTransform.Apply(ImageDecoder.Decode(file, DataFile.ReadAll(file, MaximumFileLength)), image);
    }

    private static bool IsImage(string file) =>
        !Path.GetFileName(file).StartsWith('.') && Path.GetExtension(file).ToUpperInvariant() is (".JPEG" or ".JPG" or ".PNG");

    private static string[] ReadClassList(string file) =>
        System.Text.Encoding.UTF8.GetString(DataFile.ReadAll(file, maximum: 10_000_000))
            .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}

using Gdws.Data;

namespace Gdws.Cli.Sweeps;

/// <summary>What the classes of well-known data are called; elsewhere they have numbers.</summary>
internal sealed class ClassNames
{
    private static readonly string[] Cifar10 =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    private static readonly string[] FashionMnist =
        ["T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"];

    private readonly string[] _names;

    private ClassNames(string[] names) => _names = names;

    public string this[int label] => label < _names.Length ? _names[label] : $"class {label}";

    public static ClassNames Of(IImageDataset data) => new(DatasetSpecification.Parse(data.Name).Kind switch
    {
        DatasetKind.Cifar10 => Cifar10,
        DatasetKind.FashionMnist or DatasetKind.Samples => FashionMnist,
        DatasetKind.Mnist or DatasetKind.Svhn => [.. Enumerable.Range(0, 10).Select(digit => $"{digit}")],
        _ => [],
    });
}

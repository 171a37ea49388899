using System.Diagnostics.CodeAnalysis;

namespace Gdws.Data;

/// <summary>Which images to use, as written on the command line: <c>KIND:PATH</c>, or <c>samples</c>.</summary>
public sealed record DatasetSpecification
{
    private static readonly (string Word, DatasetKind Kind)[] Kinds =
    [
        ("cifar10", DatasetKind.Cifar10),
        ("cifar100", DatasetKind.Cifar100),
        ("svhn", DatasetKind.Svhn),
        ("fashion-mnist", DatasetKind.FashionMnist),
        ("mnist", DatasetKind.Mnist),
        ("imagenet", DatasetKind.ImageNet),
        ("samples", DatasetKind.Samples),
    ];

    private const string Usage =
        "cifar10:DIR, cifar100:DIR, svhn:FILE.mat, fashion-mnist:DIR, mnist:DIR, imagenet:DIR or samples";

    private DatasetSpecification(string text, DatasetKind kind, string path) => (Text, Kind, Path) = (text, kind, path);

    /// <summary>The specification as it was written.</summary>
    public string Text { get; }

    /// <summary>How the images are stored.</summary>
    public DatasetKind Kind { get; }

    /// <summary>The folder, or for SVHN the file, that holds them; empty for <see cref="DatasetKind.Samples"/>.</summary>
    public string Path { get; }

    /// <summary>Reads a specification.</summary>
    /// <param name="text">E.g. <c>cifar10:data/cifar-10-batches-bin</c>. The path may itself contain colons.</param>
    /// <exception cref="GdwsException">The kind is unknown or the path is missing; the message lists what is possible.</exception>
    public static DatasetSpecification Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);

        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string word = (colon < 0 ? text : text[..colon]).Trim();
        string path = colon < 0 ? "" : text[(colon + 1)..].Trim();

        if (!TryFindKind(word, out DatasetKind? kind))
            throw new GdwsException($"data '{text}': unknown kind '{word}'; expected {Usage}");
        if (kind == DatasetKind.Samples && path.Length > 0)
            throw new GdwsException($"data '{text}': 'samples' takes no path; for other images write one of {Usage}");
        if (kind != DatasetKind.Samples && path.Length == 0)
            throw new GdwsException($"data '{text}': the path is missing; expected {word}:{(kind == DatasetKind.Svhn ? "FILE.mat" : "DIR")}");
        return new DatasetSpecification(text, kind.Value, path);
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static bool TryFindKind(string word, [NotNullWhen(true)] out DatasetKind? kind)
    {
        foreach ((string name, DatasetKind value) in Kinds)
        {
            if (string.Equals(name, word, StringComparison.OrdinalIgnoreCase))
            {
                kind = value;
                return true;
            }
        }

        kind = null;
        return false;
    }
}

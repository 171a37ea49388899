using System.CommandLine;
using System.Globalization;
using Gdws.Cli.Verbs;
using Gdws.Data;

namespace Gdws.Cli.Training;

/// <summary>The options that say which images are trained on and which are held out.</summary>
internal sealed class TrainingImages
{
    private readonly Option<string> _data = SharedOptions.Data();
    private readonly Option<string?> _split =
        SharedOptions.OptionalChoice("--split", "Which images to train on (else train, where there are any)", "train", "test");
    private readonly Option<int?> _limit = SharedOptions.OptionalWhole("--limit", "N", "Only the first N images");
    private readonly Option<string?> _validation = new("--validation")
    {
        Description = "Images held out: N of --data drawn by the seed, or the test images of other data; the best epoch on them becomes the result",
        HelpName = "N|KIND:PATH",
    };

    public TrainingImages() => SharedOptions.Checked(_validation!, text => _ = IsCount(text, out _) ? null : DatasetSpecification.Parse(text));

    /// <summary>The options, for the verb to add.</summary>
    public IEnumerable<Option> Options => [_data, _split, _limit, _validation];

    /// <summary>The kind of the images.</summary>
    public DatasetKind KindOf(ParseResult arguments) => DatasetSpecification.Parse(arguments.GetRequiredValue(_data)).Kind;

    /// <summary>Opens the images.</summary>
    public (IImageDataset Training, IImageDataset? HeldOut) Open(VerbContext context, ParseResult arguments, int seed)
    {
        DatasetSpecification data = DatasetSpecification.Parse(arguments.GetRequiredValue(_data));
        bool onlyTest = data.Kind == DatasetKind.Samples;
        string split = arguments.GetValue(_split) ?? (onlyTest ? "test" : "train");
        if (split == "test" && data.Kind is not (DatasetKind.Svhn or DatasetKind.ImageNet))
            context.Warn($"trains on test images of {data.Text}: accuracy measured on the same ones afterwards says nothing");
        IImageDataset images = ImageDataset.Open(data, split);
        if (arguments.GetValue(_limit) is { } limit)
            images = images.Take(limit);

        if (arguments.GetValue(_validation) is not { } validation)
            return (images, null);
        if (!IsCount(validation, out int count))
            return (images, ImageDataset.Open(validation));
        if (count >= images.Count)
            throw new GdwsException($"--validation {count}: data '{images.Name}' has {images.Count:N0} images, and some must be left to train on");

        int[] order = [.. Enumerable.Range(0, images.Count)];
        new Random(seed).Shuffle(order);
        return (images.Pick([.. order.Skip(count).Order()]), images.Pick([.. order.Take(count).Order()]));
    }

    private static bool IsCount(string text, out int count) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count > 0;
}

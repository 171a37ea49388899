using Gdws.Data;

namespace Gdws.Tests.Data;

public sealed class ImageDatasetTests
{
    [Fact]
    public void TheSamples_AreTheFirstThousandFashionMnistTestImages()
    {
        IImageDataset samples = ImageDataset.Open("samples");

        Assert.Equal((1000, 1, 28, 28, 10), (samples.Count, samples.Channels, samples.Height, samples.Width, samples.Classes));
        Assert.Equal([9, 2, 1, 1, 6, 1, 4, 6], Enumerable.Range(0, 8).Select(samples.Label));
        AssertSameImages(ImageDataset.Open($"fashion-mnist:{SharedFiles.Find("data/fashion-mnist")}").Take(1000), samples);
    }

    [Fact]
    public void TheSamplesLicence_StandsBesideThem() =>
        Assert.Contains(
            "Zalando SE",
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "samples", "LICENSE-fashion-mnist")),
            StringComparison.Ordinal);

    [Fact]
    public void TheSamples_HaveNoTrainSplit() =>
        Assert.Contains(
            "no split 'train'",
            Assert.Throws<GdwsException>(() => ImageDataset.Open("samples", "train")).Message,
            StringComparison.Ordinal);

    [Fact]
    public void WhenTheSplitIsUnknown_TheMessageSaysWhatIsPossible() =>
        Assert.Contains(
            "'test' or 'train'",
            Assert.Throws<GdwsException>(() => ImageDataset.Open("samples", "val")).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("cifar10")]
    [InlineData("cifar100")]
    [InlineData("svhn")]
    [InlineData("mnist")]
    [InlineData("fashion-mnist")]
    [InlineData("imagenet")]
    public void WhenThePathIsMissing_TheMessageNamesIt(string kind)
    {
        string path = Path.Combine(Path.GetTempPath(), "gdws-no-such-place");

        Assert.StartsWith(
            path,
            Assert.ThrowsAny<GdwsException>(() => ImageDataset.Open($"{kind}:{path}")).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cifar10")]
    [InlineData("cifar100")]
    [InlineData("mnist")]
    [InlineData("imagenet")]
    public void WhenTheFolderIsEmpty_TheMessageNamesWhatIsMissing(string kind)
    {
        using TemporaryFolder folder = new();
        foreach (string split in new[] { "test", "train" })
            Assert.StartsWith(folder.Root, Assert.ThrowsAny<GdwsException>(() => ImageDataset.Open($"{kind}:{folder.Root}", split)).Message, StringComparison.Ordinal);
    }

    private static void AssertSameImages(IImageDataset expected, IImageDataset actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        float[] left = new float[expected.ImageLength()];
        float[] right = new float[expected.ImageLength()];
        for (int i = 0; i < expected.Count; i++)
        {
            expected.CopyImage(i, left);
            actual.CopyImage(i, right);
            Assert.Equal(expected.Label(i), actual.Label(i));
            Assert.True(left.AsSpan().SequenceEqual(right), $"image {i} differs");
        }
    }
}

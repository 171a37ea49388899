using Gdws.Data;

namespace Gdws.Tests.Data;

public sealed class CifarFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheOfficialTestImages_HaveTheirLabelsAndPixels()
    {
        IImageDataset dataset = ImageDataset.Open($"cifar10:{SharedFiles.Find("data/cifar10")}");
        float[] image = new float[dataset.ImageLength()];
        dataset.CopyImage(0, image);

        Assert.Equal((500, 3, 32, 32, 10), (dataset.Count, dataset.Channels, dataset.Height, dataset.Width, dataset.Classes));
        Assert.Equal([3, 8, 8, 0], Enumerable.Range(0, 4).Select(dataset.Label));
        Assert.Equal([158 / 255f, 159 / 255f, 165 / 255f], image[..3]);
        dataset.CopyImage(499, image);
        Assert.Equal(206 / 255f, image[^1]);
    }

    [Fact]
    public void TheOfficialTrainingImages_MayBeOnlyTheFirstBatch() =>
        Assert.Equal(10_000, ImageDataset.Open($"cifar10:{SharedFiles.Find("data/cifar10")}", "train").Count);

    [Fact]
    public void TrainingBatches_AreReadInTheOrderOfTheirNumbers()
    {
        _folder.Write("data_batch_5.bin", Fixtures.Cifar([5]));
        _folder.Write("data_batch_2.bin", Fixtures.Cifar([2], [1]));

        IImageDataset dataset = ImageDataset.Open($"cifar10:{_folder.Root}", "train");

        Assert.Equal([2, 1, 5], Enumerable.Range(0, dataset.Count).Select(dataset.Label));
    }

    [Fact]
    public void Cifar100_HasTheFineLabel()
    {
        _folder.Write("test.bin", Fixtures.Cifar([19, 99], [0, 7]));

        IImageDataset dataset = ImageDataset.Open($"cifar100:{_folder.Root}");
        float[] image = new float[dataset.ImageLength()];
        dataset.CopyImage(1, image);

        Assert.Equal((2, 100), (dataset.Count, dataset.Classes));
        Assert.Equal([99, 7], Enumerable.Range(0, 2).Select(dataset.Label));
        Assert.Equal(Enumerable.Range(0, 3072).Select(p => (p + 1) % 251 / 255f), image);
    }

    [Theory]
    [InlineData(3072)]
    [InlineData(3074)]
    [InlineData(1)]
    [InlineData(6145)]
    public void WhenARecordIsTruncated_TheMessageNamesTheFileAndBothSizes(int length)
    {
        string file = _folder.Write("test_batch.bin", new byte[length]);

        string message = Assert.Throws<InvalidFileException>(() => ImageDataset.Open($"cifar10:{_folder.Root}")).Message;

        Assert.StartsWith(file, message, StringComparison.Ordinal);
        Assert.Contains("multiple of 3073 bytes", message, StringComparison.Ordinal);
        Assert.Contains($"found {length}", message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhenAFileIsEmpty_TheMessageSaysSo()
    {
        _folder.Write("test_batch.bin", []);

        Assert.Contains(
            "no images",
            Assert.Throws<InvalidFileException>(() => ImageDataset.Open($"cifar10:{_folder.Root}")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void WhenALabelIsOutOfRange_TheMessageNamesTheImage()
    {
        _folder.Write("test_batch.bin", Fixtures.Cifar([3], [10]));

        string message = Assert.Throws<InvalidFileException>(() => ImageDataset.Open($"cifar10:{_folder.Root}")).Message;

        Assert.Contains("image 1 (byte 3073): expected a label from 0 to 9, found 10", message, StringComparison.Ordinal);
    }
}

using Gdws.Data;
using Gdws.Tests.Data.Images;

namespace Gdws.Tests.Data;

public sealed class BatchReadingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly IImageDataset _dataset;

    public BatchReadingTests()
    {
        _folder.Write("test_batch.bin", Fixtures.Cifar([1], [2], [3]));
        _dataset = ImageDataset.Open($"cifar10:{_folder.Root}");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ABatch_IsItsImagesOneAfterAnother()
    {
        float[] images = new float[2 * 3072];
        int[] labels = new int[2];
        float[] single = new float[3072];

        _dataset.CopyBatch(1, 2, images, labels);

        Assert.Equal([2, 3], labels);
        for (int i = 0; i < 2; i++)
        {
            _dataset.CopyImage(1 + i, single);
            Assert.Equal(single, images[(i * 3072)..((i + 1) * 3072)]);
        }
    }

    [Fact]
    public void ABatchBeyondTheEnd_IsAnError() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _dataset.CopyBatch(2, 2, new float[2 * 3072], new int[2]));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    [InlineData(1000, 3)]
    public void Take_GivesTheFirstImages(int wanted, int expected)
    {
        IImageDataset part = _dataset.Take(wanted);

        Assert.Equal((expected, _dataset.Name, _dataset.Split, 10), (part.Count, part.Name, part.Split, part.Classes));
        Assert.Equal(Enumerable.Range(1, expected), Enumerable.Range(0, expected).Select(part.Label));
        Assert.ThrowsAny<ArgumentException>(() => part.CopyImage(expected, new float[3072]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public void ALimitBelowOne_IsAnError(int limit) =>
        Assert.Contains($"found {limit}", Assert.Throws<GdwsException>(() => _dataset.Take(limit)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(3, 32, 32, 10)]
    [InlineData(3, 0, -1, 0)]
    public void WhenTheNetworkFits_NothingHappens(int channels, int height, int width, int classes) =>
        Assert.Null(Record.Exception(() => _dataset.RequireMatches(channels, height, width, classes, "net.onnx")));

    [Theory]
    [InlineData(1, 28, 28, 10, "net.onnx: takes images of 1×28×28 (channels×height×width), data")]
    [InlineData(3, -1, 224, 10, "net.onnx: takes images of 3×any×224 (channels×height×width), data")]
    [InlineData(3, 32, 32, 100, "net.onnx: tells 100 classes apart, data")]
    public void WhenTheNetworkDoesNotFit_TheMessageHasBothSides(int channels, int height, int width, int classes, string expected)
    {
        string message = Assert.Throws<GdwsException>(() => _dataset.RequireMatches(channels, height, width, classes, "net.onnx")).Message;

        Assert.StartsWith(expected, message, StringComparison.Ordinal);
        Assert.Contains($"'{_dataset.Name}' has {(classes == 100 ? "10" : "3×32×32")}", message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhenFoldersAreTheClasses_TheMessagePointsToTheList()
    {
        _folder.Write("val/n01/a.jpg", TinyImages.Grey.Content);
        IImageDataset folders = ImageDataset.Open($"imagenet:{_folder.Root}/val");

        string message = Assert.Throws<GdwsException>(() => folders.RequireMatches(3, 224, 224, 1000, "net.onnx")).Message;

        Assert.Contains("wnids.txt", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reading_IsSafeFromSeveralThreads()
    {
        _folder.Write("val/n01/a.jpg", TinyImages.Progressive420.Content);
        foreach (IImageDataset dataset in new[] { _dataset, ImageDataset.Open($"imagenet:{_folder.Root}/val") })
        {
            float[] expected = new float[dataset.ImageLength()];
            dataset.CopyImage(0, expected);
            Parallel.For(0, 16, _ =>
            {
                float[] image = new float[dataset.ImageLength()];
                dataset.CopyImage(0, image);
                Assert.True(expected.AsSpan().SequenceEqual(image));
            });
        }
    }
}

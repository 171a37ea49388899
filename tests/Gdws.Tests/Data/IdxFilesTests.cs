using Gdws.Data;

namespace Gdws.Tests.Data;

public sealed class IdxFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheOfficialTestImages_AreRead()
    {
        IImageDataset dataset = ImageDataset.Open($"fashion-mnist:{SharedFiles.Find("data/fashion-mnist")}");

        Assert.Equal((10_000, 1, 28, 28, 10), (dataset.Count, dataset.Channels, dataset.Height, dataset.Width, dataset.Classes));
        Assert.Equal([9, 2, 1, 1, 6], Enumerable.Range(0, 5).Select(dataset.Label));
        Assert.All(Enumerable.Range(0, 10), label => Assert.Equal(1000, Enumerable.Range(0, 10_000).Count(i => dataset.Label(i) == label)));
    }

    [Theory]
    [InlineData("test", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", false)]
    [InlineData("test", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz", true)]
    [InlineData("train", "train-images.idx3-ubyte", "train-labels.idx1-ubyte.gz", true)]
    [InlineData("train", "train-images-idx3-ubyte", "train-labels-idx1-ubyte", true)]
    public void Files_MayBeZippedAndNamedWithADot(string split, string images, string labels, bool zipped)
    {
        byte[] pixels = [.. Enumerable.Range(0, 2 * 3 * 4).Select(p => (byte)(10 * p))];
        Write(images, Fixtures.Idx([2, 3, 4], pixels), zipped);
        Write(labels, Fixtures.Idx([2], [7, 0]), zipped);

        IImageDataset dataset = ImageDataset.Open($"mnist:{_folder.Root}", split);
        float[] image = new float[12];
        dataset.CopyImage(1, image);

        Assert.Equal((2, 1, 3, 4, split), (dataset.Count, dataset.Channels, dataset.Height, dataset.Width, dataset.Split));
        Assert.Equal([7, 0], [dataset.Label(0), dataset.Label(1)]);
        Assert.Equal(pixels[12..].Select(pixel => pixel / 255f), image);
    }

    [Theory]
    [InlineData(23, "found 23")]
    [InlineData(25, "found 25")]
    public void WhenTheSizeIsNotTheDeclaredOne_TheMessageHasBoth(int bytes, string found)
    {
        string message = MessageFor(Fixtures.Idx([2, 3, 4], new byte[bytes]), zipped: false);

        Assert.Contains("declares 2×3×4 = 24 bytes", message, StringComparison.Ordinal);
        Assert.Contains(found, message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhenAZippedFileIsShorterThanDeclared_TheMessageSaysTruncated() =>
        Assert.Contains("truncated", MessageFor(Fixtures.Idx([2, 3, 4], new byte[23]), zipped: true), StringComparison.Ordinal);

    [Fact]
    public void WhenAZippedFileGoesOnAndOn_ReadingStopsAtTheDeclaredSize()
    {
        byte[] bomb = Fixtures.Idx([2, 3, 4], new byte[50_000_000]);
        Write("t10k-images-idx3-ubyte", bomb, zipped: true);
        Write("t10k-labels-idx1-ubyte", Fixtures.Idx([2], [7, 0]), zipped: false);
        long before = GC.GetAllocatedBytesForCurrentThread();

        string message = Assert.Throws<InvalidFileException>(() => ImageDataset.Open($"mnist:{_folder.Root}")).Message;

        Assert.Contains("found more", message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Theory]
    [InlineData(4_000_000_000, 28, 28, "more than the")]
    [InlineData(2, 4_000_000_000, 28, "more than the")]
    [InlineData(100_000_000, 4096, 4096, "more than the")]
    [InlineData(2_000_000, 28, 28, "more than the")]
    [InlineData(300_000, 28, 28, "truncated")]
    [InlineData(0, 28, 28, "no images")]
    [InlineData(2, 0, 28, "size 0")]
    public void AbsurdSizes_AreRefusedWithoutTakingTheMemory(uint count, uint height, uint width, string expected)
    {
        Write("t10k-images-idx3-ubyte", Fixtures.Idx([count, height, width], new byte[100]), zipped: true);
        Write("t10k-labels-idx1-ubyte", Fixtures.Idx([2], [7, 0]), zipped: false);
        long before = GC.GetAllocatedBytesForCurrentThread();

        string message = Assert.Throws<InvalidFileException>(() => ImageDataset.Open($"mnist:{_folder.Root}")).Message;

        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 3_000_000);
    }

    [Fact]
    public void WhenLabelsAndImagesAreSwapped_TheMessageSaysWhatWasExpected() =>
        Assert.Contains(
            "expected the IDX header 00000803",
            MessageFor(Fixtures.Idx([40], new byte[40]), zipped: false),
            StringComparison.Ordinal);

    [Fact]
    public void WhenTheCountsDiffer_TheMessageHasBoth()
    {
        Write("t10k-images-idx3-ubyte", Fixtures.Idx([2, 3, 4], new byte[24]), zipped: false);
        string labels = Write("t10k-labels-idx1-ubyte", Fixtures.Idx([3], [7, 0, 1]), zipped: false);

        string message = Assert.Throws<InvalidFileException>(() => ImageDataset.Open($"mnist:{_folder.Root}")).Message;

        Assert.StartsWith(labels, message, StringComparison.Ordinal);
        Assert.Contains("expected 2 labels", message, StringComparison.Ordinal);
        Assert.Contains("found 3", message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhenALabelIsOutOfRange_TheMessageNamesTheImage()
    {
        Write("t10k-images-idx3-ubyte", Fixtures.Idx([2, 3, 4], new byte[24]), zipped: false);
        Write("t10k-labels-idx1-ubyte", Fixtures.Idx([2], [7, 10]), zipped: false);

        string message = Assert.Throws<InvalidFileException>(() => ImageDataset.Open($"mnist:{_folder.Root}")).Message;

        Assert.Contains("image 1: expected a label from 0 to 9, found 10", message, StringComparison.Ordinal);
    }

    private string MessageFor(byte[] images, bool zipped)
    {
        string file = Write("t10k-images-idx3-ubyte", images, zipped);
        Write("t10k-labels-idx1-ubyte", Fixtures.Idx([2], [7, 0]), zipped: false);
        InvalidFileException exception = Assert.Throws<InvalidFileException>(() => ImageDataset.Open($"mnist:{_folder.Root}"));
        Assert.Equal(file, exception.File);
        return exception.Message;
    }

    private string Write(string name, byte[] content, bool zipped) => _folder.Write(name, zipped ? Fixtures.Gzip(content) : content);
}

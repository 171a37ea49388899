using System.Text;
using Gdws.Data;

namespace Gdws.Tests.Data;

public sealed class SvhnFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheOfficialTestImages_AreRead()
    {
        IImageDataset dataset = ImageDataset.Open($"svhn:{SharedFiles.Find("data/svhn/test_32x32.mat")}");

        Assert.Equal((1000, 3, 32, 32, 10), (dataset.Count, dataset.Channels, dataset.Height, dataset.Width, dataset.Classes));
        Assert.Equal([5, 2, 1, 0, 6, 1, 9], Enumerable.Range(0, 7).Select(dataset.Label));
    }

    [Fact]
    public void TheOfficialImages_AreUpright()
    {
        // The first row, which stands in the file 32 bytes apart, not its first column.
        IImageDataset dataset = ImageDataset.Open($"svhn:{SharedFiles.Find("data/svhn/test_32x32.mat")}");
        float[] image = new float[dataset.ImageLength()];
        dataset.CopyImage(0, image);

        Assert.Equal(FirstRowOfFirstImage, image[..8].Select(value => (int)MathF.Round(value * 255)));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Files_MayBeCompressedAndOfEitherByteOrder(bool bigEndian, bool compressed)
    {
        string file = _folder.Write("a.mat", Fixtures.Svhn([10, 1, 9], bigEndian, compressed));

        IImageDataset dataset = ImageDataset.Open($"svhn:{file}");
        float[] image = new float[3072];
        dataset.CopyImage(2, image);

        Assert.Equal([0, 1, 9], Enumerable.Range(0, 3).Select(dataset.Label));
        Assert.Equal((7 + (2 * 20) + (3 * 1) + (5 * 2)) / 255f, image[1024 + (7 * 32) + 20]);
    }

    [Theory]
    [InlineData(9)]
    [InlineData(4)]
    [InlineData(5)]
    public void Labels_MayBeStoredAsWiderNumbers(int type)
    {
        byte[] labels = type switch
        {
            9 => [.. BitConverter.GetBytes(10.0), .. BitConverter.GetBytes(3.0)],
            4 => [10, 0, 3, 0],
            _ => [10, 0, 0, 0, 3, 0, 0, 0],
        };
        string file = Write(Images([32, 32, 3, 2], 2 * 3072), Fixtures.MatlabArray(false, "y", [2, 1], type, labels));

        IImageDataset dataset = ImageDataset.Open($"svhn:{file}");

        Assert.Equal([0, 3], [dataset.Label(0), dataset.Label(1)]);
    }

    [Fact]
    public void OtherVariables_AreSkipped()
    {
        byte[] other = Fixtures.MatlabArray(false, "meta", [3, 1], 2, [1, 2, 3]);
        string file = Write(other, Fixtures.MatlabElement(false, 15, Fixtures.ZLib(other)), Images([32, 32, 3], 3072), Labels(4));

        IImageDataset dataset = ImageDataset.Open($"svhn:{file}");

        Assert.Equal((1, 4), (dataset.Count, dataset.Label(0)));
    }

    [Fact]
    public void Matlab73_IsRefusedByNameWithAWayOut()
    {
        byte[] header = new byte[600];
        Encoding.ASCII.GetBytes("MATLAB 7.3 MAT-file, Platform: GLNXA64").CopyTo(header, 0);

        string message = MessageFor(header);

        Assert.Contains("MATLAB 7.3", message, StringComparison.Ordinal);
        Assert.Contains("'-v7'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhenAVariableIsMissing_TheMessageNamesIt() =>
        Assert.Contains(
            "variable y is missing",
            MessageFor(Fixtures.Matlab(false, Images([32, 32, 3, 1], 3072))),
            StringComparison.Ordinal);

    [Fact]
    public void WhenTheImagesHaveAnotherSize_TheMessageSaysWhichWasFound() =>
        Assert.Contains(
            "expected 32×32×3×N, found 28×28×1×2",
            MessageFor(Fixtures.Matlab(false, Images([28, 28, 1, 2], 28 * 28 * 2), Labels(1, 2))),
            StringComparison.Ordinal);

    [Fact]
    public void WhenThePixelsDoNotFillTheDeclaredSize_TheMessageHasBoth() =>
        Assert.Contains(
            "expected 6144 bytes",
            MessageFor(Fixtures.Matlab(false, Images([32, 32, 3, 2], 3072), Labels(1, 2))),
            StringComparison.Ordinal);

    [Fact]
    public void WhenTheCountsDiffer_TheMessageHasBoth() =>
        Assert.Contains(
            "expected 1 labels, one for each image of X, found 2",
            MessageFor(Fixtures.Matlab(false, Images([32, 32, 3, 1], 3072), Labels(1, 2))),
            StringComparison.Ordinal);

    [Fact]
    public void WhenALabelIsOutOfRange_TheMessageNamesTheImage() =>
        Assert.Contains("image 0: expected a label from 1 to 10, found 11", MessageFor(Fixtures.Svhn([11])), StringComparison.Ordinal);

    [Fact]
    public void WhenACompressedElementGoesOnAndOn_ReadingStopsAtItsDeclaredSize()
    {
        // 50 MB of a variable name, of which at most 63 bytes are ever read.
        byte[] array =
        [
            .. Fixtures.MatlabElement(false, 6, new byte[8]),
            .. Fixtures.MatlabElement(false, 5, new byte[16]),
            .. Fixtures.MatlabElement(false, 1, new byte[50_000_000]),
        ];
        byte[] file = Fixtures.Matlab(false, Fixtures.MatlabElement(false, 15, Fixtures.ZLib(Fixtures.MatlabElement(false, 14, array))));
        string path = _folder.Write("bomb.mat", file);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<InvalidFileException>(() => ImageDataset.Open($"svhn:{path}"));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void WhenDimensionsOverflow_TheyAreRefused() =>
        Assert.Contains(
            "more than the",
            MessageFor(Fixtures.Matlab(false, Images([65536, 65536, 65536, 65536], 16), Labels(1))),
            StringComparison.Ordinal);

    private static int[] FirstRowOfFirstImage => [38, 39, 39, 41, 43, 44, 45, 47];

    private static byte[] Images(int[] sizes, int bytes) => Fixtures.MatlabArray(false, "X", sizes, 2, new byte[bytes]);

    private static byte[] Labels(params byte[] labels) => Fixtures.MatlabArray(false, "y", [labels.Length, 1], 2, labels);

    private string Write(params byte[][] elements) => _folder.Write("a.mat", Fixtures.Matlab(false, elements));

    private string MessageFor(byte[] content)
    {
        string file = _folder.Write("bad.mat", content);
        InvalidFileException exception = Assert.Throws<InvalidFileException>(() => ImageDataset.Open($"svhn:{file}"));
        Assert.StartsWith(file, exception.Message, StringComparison.Ordinal);
        return exception.Message;
    }
}

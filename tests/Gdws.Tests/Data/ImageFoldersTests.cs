using System.Security.Cryptography;
using Gdws.Data;
using Gdws.Tests.Data.Images;

namespace Gdws.Tests.Data;

public sealed class ImageFoldersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void RealImages_EqualWhatTorchvisionsTransformMakesOfThem()
    {
        IImageDataset dataset = ImageDataset.Open($"imagenet:{SharedFiles.Find("data/imagenet")}");
        float[] images = new float[dataset.Count * dataset.ImageLength()];
        int[] labels = new int[dataset.Count];
        dataset.CopyBatch(0, dataset.Count, images, labels);

        Assert.Equal((50, 3, 224, 224, 1000), (dataset.Count, dataset.Channels, dataset.Height, dataset.Width, dataset.Classes));
        Assert.Equal(0, labels[0]);
        Assert.Equal(labels.Order(), labels);

        // All 50 images, decoded, resized with BILINEAR and cropped by Pillow 9.4 with libjpeg-turbo 2.1, one after another as [3, 224, 224].
        byte[] bytes = [.. images.Select(value => (byte)MathF.Round(value * 255))];
        Assert.Equal("0BDB0DCB9971DA1B607315AB1642CF7256C212DD899FB2E58515E8A6D989E72E", Convert.ToHexString(SHA256.HashData(bytes)));
    }

    [Fact]
    public void WithoutAList_ClassesAreTheSortedFolders()
    {
        WriteImage("n02/b.jpg");
        WriteImage("n02/a.JPEG");
        WriteImage("n01/z.png");
        WriteImage(".hidden/x.png");
        _folder.Write("n03/notes.txt", [1]);

        IImageDataset dataset = Open();

        Assert.Equal((3, 3), (dataset.Count, dataset.Classes));
        Assert.Equal([0, 1, 1], Enumerable.Range(0, 3).Select(dataset.Label));
    }

    [Fact]
    public void WithAList_TheClassIsThePositionInIt()
    {
        WriteImage("n02/a.jpg");
        WriteImage("n01/z.png");
        _folder.Write("wnids.txt", "n09\r\nn02\r\n\r\nn01\r\n"u8.ToArray());

        IImageDataset dataset = Open();

        Assert.Equal(3, dataset.Classes);
        Assert.Equal([2, 1], Enumerable.Range(0, 2).Select(dataset.Label));
    }

    [Theory]
    [InlineData("n01\nn02\n", "doesn't list 'n03'")]
    [InlineData("n01\nn03\nn01\n", "lists 'n01' twice")]
    public void WhenTheListIsWrong_TheMessageNamesIt(string list, string expected)
    {
        WriteImage("n03/a.jpg");
        string file = _folder.Write("wnids.txt", System.Text.Encoding.UTF8.GetBytes(list));

        string message = Assert.Throws<InvalidFileException>(Open).Message;

        Assert.StartsWith(file, message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void ABadImage_IsNamed()
    {
        WriteImage("n01/a.jpg");
        string bad = _folder.Write("n01/b.jpg", TinyImages.Baseline420.Content[..200]);
        IImageDataset dataset = Open();
        float[] images = new float[2 * dataset.ImageLength()];

        Assert.StartsWith(
            bad,
            Assert.Throws<InvalidFileException>(() => dataset.CopyBatch(0, 2, images, new int[2])).Message,
            StringComparison.Ordinal);
        Assert.StartsWith(bad, Assert.Throws<InvalidFileException>(() => dataset.CopyImage(1, images)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ThePngThatIsCalledJpeg_IsReadByItsContent()
    {
        _folder.Write("n01/a.JPEG", TinyImages.PngRgba.Content);
        float[] image = new float[3 * 224 * 224];

        Open().CopyImage(0, image);

        Assert.InRange(image.Average(), 0.2f, 0.8f);
    }

    private IImageDataset Open() => ImageDataset.Open($"imagenet:{_folder.Root}");

    private void WriteImage(string name) => _folder.Write(name, TinyImages.Baseline420.Content);
}

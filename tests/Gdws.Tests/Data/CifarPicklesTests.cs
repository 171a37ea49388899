using System.Buffers.Binary;
using Gdws.Data;
using Gdws.Tests.Checkpoints.Fixtures;

namespace Gdws.Tests.Data;

public sealed class CifarPicklesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(3)]
    [InlineData(400)]
    public void ThePythonVersion_HoldsTheImagesOfTheBinaryOne(int images)
    {
        byte[] pixels = new byte[images * 3072];
        new Random(1).NextBytes(pixels);
        long[] labels = [.. Enumerable.Range(0, images).Select(i => (long)i % 10)];
        _folder.Write("py/test_batch", Batch(pixels, labels, "labels"));
        _folder.Write("bin/test_batch.bin", [.. Enumerable.Range(0, images).SelectMany(i => (byte[])[(byte)labels[i], .. pixels.AsSpan(i * 3072, 3072)])]);

        IImageDataset python = ImageDataset.Open($"cifar10:{_folder["py"]}"), binary = ImageDataset.Open($"cifar10:{_folder["bin"]}");

        Assert.Equal((images, 10), (python.Count, python.Classes));
        float[] expected = new float[3072], found = new float[3072];
        for (int i = 0; i < images; i++)
        {
            binary.CopyImage(i, expected);
            python.CopyImage(i, found);
            Assert.Equal(expected, found);
            Assert.Equal(binary.Label(i), python.Label(i));
        }
    }

    [Fact]
    public void TrainingBatches_FollowOneAnother()
    {
        _folder.Write("data_batch_1", Batch(new byte[2 * 3072], [1, 2], "labels"));
        _folder.Write("data_batch_3", Batch(new byte[3072], [7], "labels"));

        IImageDataset data = ImageDataset.Open($"cifar10:{_folder.Root}", "train");

        Assert.Equal([1, 2, 7], Enumerable.Range(0, data.Count).Select(data.Label));
    }

    [Fact]
    public void TheBinaryVersion_GoesFirst()
    {
        _folder.Write("test_batch", [1, 2, 3]);
        _folder.Write("test_batch.bin", new byte[3073]);

        Assert.Equal(1, ImageDataset.Open($"cifar10:{_folder.Root}").Count);
    }

    [Fact]
    public void CodeInThePickle_IsRefusedAndNotRun() => Refused(
        PickleWriter.Of(w => w.Call("os", "system", v => v.Text("true"))), "names os.system, which a batch of images doesn't need; it was refused and nothing was run");

    [Fact]
    public void WhatIsntABatch_IsRefused()
    {
        Refused(PickleWriter.Of(w => w.Dictionary(("labels", v => v.List()))), "isn't a batch of CIFAR images in the Python version");
        Refused(Batch(new byte[3072], [1, 2], "labels"), "expected 1 labels, one an image, found 2");
        Refused(Batch(new byte[3072], [10], "labels"), "expected a label from 0 to 9, found 10");
        Refused(Batch(new byte[3072], [1], "fine_labels"), "labels: expected a list of labels");
        Refused(Batch(new byte[3072], [1], "labels", count: 2), "expected 2 labels, one an image, found 1");
        Refused(Batch(new byte[3000], [1], "labels", count: 1), "1 images need 3072 bytes each, found 3000 in all");
        Refused(Batch(new byte[3072], [1], "labels", type: "f4"), "expected bytes u1 [N, 3072], found f4 [1, 3072]");
        Refused([], "holds no images: it is empty");
    }

    [Fact]
    public void WhenItIsTruncatedAnywhere_ItIsRefusedInOneLine()
    {
        byte[] whole = Batch(new byte[3072], [1], "labels");
        for (int length = 1; length < whole.Length; length += length < 200 ? 1 : 97)
            Refused(whole[..length], "");
    }

    /// <summary>A batch as Python 2 pickles it.</summary>
    internal static byte[] Batch(byte[] pixels, long[] labels, string labelsKey, long? count = null, string type = "u1") => PickleWriter.Of(
        w => w.Dictionary(
            ("data", v => v.Call("numpy.core.multiarray", "_reconstruct", a => a.Global("numpy", "ndarray"), a => a.Integers(0), a => a.Text("b"))
                .Tuple(
                    a => a.Integer(1),
                    a => a.Integers(count ?? pixels.Length / 3072, 3072),
                    a => a.Call("numpy", "dtype", b => b.Text(type), b => b.Integer(0), b => b.Integer(1)).Tuple(b => b.Integer(3), b => b.Text("|")).Raw('b'),
                    a => a.Raw(0x89),
                    a => a.Raw('T').Raw(Length(pixels)).Raw(pixels))
                .Raw('b')),
            (labelsKey, v => v.List([.. labels.Select(label => (Action<PickleWriter>)(a => a.Integer(label)))])),
            ("batch_label", v => v.Text("testing batch 1 of 1"))),
        python2: true);

    private static byte[] Length(byte[] bytes)
    {
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        return length;
    }

    private void Refused(byte[] content, string message)
    {
        string file = _folder.Write("test_batch", content);
        string found = Assert.Throws<InvalidFileException>(() => ImageDataset.Open($"cifar10:{_folder.Root}")).Message;
        Assert.StartsWith($"{file}: ", found, StringComparison.Ordinal);
        Assert.Contains(message, found, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', found);
    }
}

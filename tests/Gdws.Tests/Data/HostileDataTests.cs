using Gdws.Data;
using Gdws.Data.Images;
using Gdws.Tests.Data.Images;

namespace Gdws.Tests.Data;

/// <summary>Whatever is done to a file, it loads or is refused with one line that names it; nothing else ever happens.</summary>
public sealed class HostileDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> ImageNames => [.. TinyImages.All.Keys];

    [Theory]
    [MemberData(nameof(ImageNames))]
    public void AnImageCutAnywhere_IsRefused(string name)
    {
        byte[] content = TinyImages.All[name].Content;

        // The end-of-image marker may be missing, as may the padding bits of the last byte before it.
        bool isJpeg = content[0] == 0xff;
        for (int length = 0; length < content.Length - (isJpeg ? 4 : 0); length++)
            Assert.True(LoadsOrIsRefused(content[..length]) is null, $"{name} was accepted with {length} of {content.Length} bytes");
    }

    [Theory]
    [MemberData(nameof(ImageNames))]
    public void AnImageWithAnyBitFlipped_LoadsOrIsRefused(string name)
    {
        byte[] content = TinyImages.All[name].Content;
        int refused = 0;
        for (int bit = 0; bit < 8 * content.Length; bit++)
        {
            byte[] flipped = [.. content];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            refused += LoadsOrIsRefused(flipped) is null ? 1 : 0;
        }

        Assert.InRange(refused, 1, 8 * content.Length);
    }

    [Theory]
    [MemberData(nameof(ImageNames))]
    public void AnImageWithManyBytesChanged_LoadsOrIsRefused(string name)
    {
        byte[] content = TinyImages.All[name].Content;
        Random random = new(20211130);
        for (int round = 0; round < 1000; round++)
        {
            byte[] changed = [.. content];
            for (int i = random.Next(1, 12); i > 0; i--)
                changed[random.Next(2, changed.Length)] = (byte)random.Next(256);
            _ = LoadsOrIsRefused(changed);
        }
    }

    [Theory]
    [InlineData("idx")]
    [InlineData("gzipped idx")]
    [InlineData("cifar")]
    [InlineData("svhn")]
    [InlineData("compressed svhn")]
    public void ADataFileCutAnywhere_IsRefused(string kind)
    {
        (string specification, string name, byte[] content) = DataFile(kind);
        int step = content.Length > 1000 ? 23 : 1;
        for (int length = 0; length < content.Length; length += step)
        {
            // What was cut is refused, except for bytes that only pad, end or check a compressed stream.
            _folder.Write(name, content[..length]);
            bool mayLoad = content.Length - length <= 10 && kind is "gzipped idx" or "compressed svhn";
            Exception? exception = Record.Exception(() => ImageDataset.Open(specification));
            Assert.True(
                exception is GdwsException || (mayLoad && exception is null),
                $"{kind} cut to {length} of {content.Length}: {exception?.ToString() ?? "loaded"}");
            Assert.DoesNotContain('\n', exception?.Message ?? "");
        }
    }

    [Theory]
    [InlineData("idx")]
    [InlineData("gzipped idx")]
    [InlineData("cifar")]
    [InlineData("svhn")]
    [InlineData("compressed svhn")]
    public void ADataFileWithAnyBitFlipped_LoadsOrIsRefused(string kind)
    {
        (string specification, string name, byte[] content) = DataFile(kind);
        int refused = 0;
        for (int bit = 0; bit < 8 * Math.Min(content.Length, 230); bit++)
        {
            byte[] flipped = [.. content];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            _folder.Write(name, flipped);
            Exception? exception = Record.Exception(() => ImageDataset.Open(specification));
            Assert.True(exception is null or GdwsException, $"{kind}, bit {bit}: {exception}");
            refused += exception is null ? 0 : 1;
        }

        Assert.InRange(refused, 1, int.MaxValue);
    }

    private (string Specification, string Name, byte[] Content) DataFile(string kind)
    {
        _folder.Write("t10k-labels-idx1-ubyte", Fixtures.Idx([2], [7, 0]));
        byte[] idx = Fixtures.Idx([2, 5, 4], [.. Enumerable.Range(0, 40).Select(value => (byte)(value * value))]);
        return kind switch
        {
            "idx" => ($"mnist:{_folder.Root}", "t10k-images-idx3-ubyte", idx),
            "gzipped idx" => ($"mnist:{_folder.Root}", "t10k-images-idx3-ubyte.gz", Fixtures.Gzip(idx)),
            "cifar" => ($"cifar10:{_folder.Root}", "test_batch.bin", Fixtures.Cifar([3])),
            _ => ($"svhn:{_folder.Root}/a.mat", "a.mat", Fixtures.Svhn([10], compressed: kind == "compressed svhn")),
        };
    }

    private static RgbImage? LoadsOrIsRefused(byte[] content)
    {
        try
        {
            return ImageDecoder.Decode("image.jpg", content);
        }
        catch (InvalidFileException exception)
        {
            Assert.StartsWith("image.jpg: ", exception.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', exception.Message);
            return null;
        }
    }
}

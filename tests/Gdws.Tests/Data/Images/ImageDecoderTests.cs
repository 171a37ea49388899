using System.Security.Cryptography;
using Gdws.Data.Images;

namespace Gdws.Tests.Data.Images;

public sealed class ImageDecoderTests
{
    public static TheoryData<string> Names => [.. TinyImages.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryKind_GivesThePixelsThatPillowGives(string name)
    {
        TinyImage tiny = TinyImages.All[name];

        RgbImage image = ImageDecoder.Decode(name, tiny.Content);

        Assert.Equal((21, 13), (image.Width, image.Height));
        Assert.Equal(tiny.PixelsHash, Convert.ToHexString(SHA256.HashData(image.Pixels)));
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("474946383961", "47494638, which is neither JPEG nor PNG")]
    [InlineData("FFD8FFD9", "no frame header")]
    [InlineData("FFD8FFC9000B080010001001011100FFD9", "arithmetic")]
    [InlineData("FFD8FFC0000B0C0010001001011100FFD9", "12 bits a sample")]
    [InlineData("FFD8FFC0000B080010001001015100FFD9", "sampling 5×1")]
    [InlineData("FFD8FFC0000B08FFFFFFFF01011100FFD9", "65535×65535 pixels, more than")]
    [InlineData("FFD8FFC0000B0803E803E801011100FFD9", "can't be in")]
    [InlineData("FFD8FFC0000B080000001001011100FFD9", "16×0 pixels")]
    public void WhatCannotBeDecoded_IsRefusedWithItsReason(string hex, string expected)
    {
        byte[] content = Convert.FromHexString(hex);
        long before = GC.GetAllocatedBytesForCurrentThread();

        string message = Assert.Throws<InvalidFileException>(() => ImageDecoder.Decode("bad.jpg", content)).Message;

        Assert.StartsWith("bad.jpg: can't be decoded as an image: ", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void AThousandScans_AreRefused()
    {
        // The last scan of a progressive image over and over: each is short, but visits every block.
        byte[] image = TinyImages.Progressive420.Content;
        int last = image.AsSpan().LastIndexOf<byte>([0xff, 0xda]);
        byte[] scan = image[last..^2];
        byte[] many = [.. image[..last], .. Enumerable.Repeat(scan, 1000).SelectMany(bytes => bytes), 0xff, 0xd9];

        Assert.Contains(
            "more than 100 scans",
            Assert.Throws<InvalidFileException>(() => ImageDecoder.Decode("many.jpg", many)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void TheEndOfImageMarker_MayBeMissing()
    {
        TinyImage tiny = TinyImages.Baseline420;

        Assert.Equal(tiny.PixelsHash, Convert.ToHexString(SHA256.HashData(ImageDecoder.Decode("a.jpg", tiny.Content.AsSpan(..^2)).Pixels)));
    }
}

using Gdws.Data.Images;
using Gdws.Data.Images.Png;

namespace Gdws.Tests.Data.Images;

public sealed class PngDecoderTests
{
    [Theory]
    [InlineData(2, 8, false)]
    [InlineData(2, 8, true)]
    [InlineData(2, 16, true)]
    [InlineData(6, 8, true)]
    [InlineData(6, 16, false)]
    [InlineData(0, 8, true)]
    [InlineData(0, 16, false)]
    [InlineData(4, 8, false)]
    [InlineData(4, 16, true)]
    public void EveryLayout_GivesTheUpperEightBitsOfItsColours(byte colorType, byte depth, bool interlaced)
    {
        foreach ((int width, int height) in new[] { (1, 1), (2, 3), (9, 5), (19, 23) })
        {
            byte[] file = PngFixture.Write(width, height, colorType, depth, interlaced, (x, y) => Samples(x, y, colorType, depth));

            RgbImage image = ImageDecoder.Decode("a.png", file);

            Assert.Equal((width, height), (image.Width, image.Height));
            for (int i = 0; i < width * height; i++)
            {
                byte[] samples = Samples(i % width, i / width, colorType, 8);
                byte[] expected = colorType is 0 or 4 ? [samples[0], samples[0], samples[0]] : samples[..3];
                Assert.Equal(expected, image.Pixels[(3 * i)..(3 * (i + 1))]);
            }
        }
    }

    [Fact]
    public void TheChecksum_IsThatOfTheStandard() => Assert.Equal(0xCBF43926u, Crc32.Of("123456789"u8));

    [Fact]
    public void WhenTheDataCannotHoldTheDeclaredSize_NothingIsAllocated()
    {
        byte[] file = PngFixture.Assemble(8000, 8000, 2, 8, interlaced: false, Fixtures.ZLib(new byte[10]));
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Contains(
            "can't be in",
            Assert.Throws<InvalidFileException>(() => ImageDecoder.Decode("a.png", file)).Message,
            StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void WhenTheDataGoesOnAndOn_OnlyTheDeclaredSizeIsRead()
    {
        byte[] file = PngFixture.Assemble(2, 2, 2, 8, interlaced: false, Fixtures.ZLib(new byte[50_000_000]));
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal(new byte[12], ImageDecoder.Decode("a.png", file).Pixels);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Theory]
    [InlineData(2, 4)]
    [InlineData(3, 16)]
    [InlineData(5, 8)]
    public void WhenColourTypeAndDepthDoNotGoTogether_TheMessageHasBoth(byte colorType, byte depth)
    {
        byte[] file = PngFixture.Assemble(2, 2, colorType, depth, interlaced: false, Fixtures.ZLib(new byte[100]));

        Assert.Contains(
            $"colour type {colorType}, {depth} bits",
            Assert.Throws<InvalidFileException>(() => ImageDecoder.Decode("a.png", file)).Message,
            StringComparison.Ordinal);
    }

    private static byte[] Samples(int x, int y, byte colorType, byte depth)
    {
        int channels = colorType switch { 0 => 1, 4 => 2, 2 => 3, _ => 4 };
        byte[] upper = [.. Enumerable.Range(0, channels).Select(channel => (byte)((x * 31) + (y * 17) + (channel * 80)))];
        return depth == 8 ? upper : [.. upper.SelectMany(value => new[] { value, (byte)(255 - value) })];
    }
}

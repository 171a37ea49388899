using Gdws.Data;
using Gdws.Tests.Execution;

namespace Gdws.Tests.Data;

public sealed class ImageFingerprintsTests
{
    [Fact]
    public void ImagesInCommon_AreCounted()
    {
        IImageDataset images = new FakeImages(250, 1, _ => 0);
        string packed = ImageFingerprints.Pack([ImageFingerprints.Of([0.004f]), ImageFingerprints.Of([1f])]);

        // Pixels of 0 to 249 thousandths: at eight bits, one in 255ths, three or four of them are alike.
        int expected = Enumerable.Range(0, 250).Count(i => MathF.Round(i / 1000f * 255) == 1);

        Assert.Equal((expected, 250), ImageFingerprints.Count(images, packed));
    }

    [Fact]
    public void OfManyImages_AFewThousandEvenlySpacedAreLookedAt()
    {
        IImageDataset images = new FakeImages(10_000, 1, _ => 0);

        Assert.Equal((2000, 2000), ImageFingerprints.Count(images.Skip(5000), ImageFingerprints.Pack([ImageFingerprints.Of([1f])])));
    }

    [Fact]
    public void APixelsPlace_Counts() => Assert.NotEqual(ImageFingerprints.Of([0f, 1f]), ImageFingerprints.Of([1f, 0f]));

    [Theory]
    [InlineData("")]
    [InlineData("no base64!")]
    [InlineData("AAAA")]
    public void TextThatHoldsNone_StandsForNoImages(string packed) =>
        Assert.Equal((0, 0), ImageFingerprints.Count(new FakeImages(3, 1, _ => 0), packed));
}

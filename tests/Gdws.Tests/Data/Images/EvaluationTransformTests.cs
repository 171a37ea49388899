using System.Security.Cryptography;
using Gdws.Data.Images;

namespace Gdws.Tests.Data.Images;

public sealed class EvaluationTransformTests
{
    // The hashes are of Pillow 9.4's result for the same pixels: resize(BILINEAR) of the shorter side to 256, crop of the centre.
    [Theory]
    [InlineData(500, 375, "30C4CDED411E1D1B53D61A5CAC03F21FFB25A42FCCCFB326CB5D7518C891B8FE")]
    [InlineData(375, 500, "2A6953C7D2AF1979F94D7816D87BC839996B03768C62C3790553CD9782ED3610")]
    [InlineData(101, 97, "E7B89E395A0C7F367100EABF3D8D2A2984768C90E72704A0FEADE386675C99AF")]
    [InlineData(256, 256, "1FD0C092464C20A2DCA2AE257B5BA50E28A9591014CBB5FE37C29DD5BE0DB78B")]
    [InlineData(257, 1000, "21B267F7328A3968AABFEE378F59ED53E5C1EF6A367C9024FA3DEB8D33A9433F")]
    [InlineData(1000, 257, "9196B49A415D985F4C86FED38030FAFD0FB66E9950E642CA70008CA3CD091D81")]
    [InlineData(2, 700, "7E1F5FE466856C0ED4627610576C6CCE52261FBAAA61537F157DC415B351DBD2")]
    public void TheResult_EqualsPillowsToTheBit(int width, int height, string expected)
    {
        byte[] pixels = new byte[3 * width * height];
        for (int i = 0; i < pixels.Length; i++)
        {
            int x = i / 3 % width;
            int y = i / 3 / width;
            pixels[i] = (byte)((x * 7) + (y * 13) + (i % 3 * 50) + (x * y));
        }

        Assert.Equal(expected, Convert.ToHexString(SHA256.HashData(Transform(new RgbImage(width, height, pixels)))));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 10_000_000)]
    [InlineData(10_000_000, 1)]
    public void AbsurdShapes_StillGiveAnImage(int width, int height)
    {
        byte[] pixels = new byte[3 * width * height];
        Array.Fill(pixels, (byte)77);

        Assert.All(Transform(new RgbImage(width, height, pixels)).Distinct(), value => Assert.Equal(77, value));
    }

    private static byte[] Transform(RgbImage image)
    {
        float[] result = new float[3 * 224 * 224];
        EvaluationTransform.Apply(image, result);
        Assert.InRange(result.Min(), 0, 1);
        Assert.InRange(result.Max(), 0, 1);
        return [.. result.Select(value => (byte)MathF.Round(value * 255))];
    }
}

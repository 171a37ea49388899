using CsCheck;
using Gdws.Cli.Sweeps;
using Gdws.Data.Images;

namespace Gdws.Tests.Cli.Sweeps;

public sealed class PngPictureTests
{
    [Fact]
    public void AnyPicture_IsReadBackToTheByte() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Bool, Gen.Int).Sample((height, width, isGrey, seed) =>
        {
            int channels = isGrey ? 1 : 3;
            Random random = new(seed);
            float[] pixels = [.. Enumerable.Range(0, channels * height * width).Select(_ => (random.NextSingle() * 1.4f) - 0.2f)];

            RgbImage image = ImageDecoder.Decode("picture.png", PngPicture.Encode(pixels, channels, height, width));

            Assert.Equal((height, width), (image.Height, image.Width));
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    for (int c = 0; c < 3; c++)
                    {
                        float value = pixels[((Math.Min(c, channels - 1) * height) + y) * width + x];
                        Assert.Equal((byte)Math.Round(255 * Math.Clamp(value, 0, 1)), image.Pixels[(((y * width) + x) * 3) + c]);
                    }
                }
            }
        }, iter: 50);

    [Fact]
    public void ALargePicture_IsShrunkByAWholeFactor()
    {
        float[] pixels = new float[224 * 224];
        Array.Fill(pixels, 0.5f);

        RgbImage image = ImageDecoder.Decode("picture.png", PngPicture.Encode(pixels, 1, 224, 224));

        Assert.Equal((112, 112), (image.Height, image.Width));
        Assert.All(image.Pixels, value => Assert.Equal(128, value));
    }
}

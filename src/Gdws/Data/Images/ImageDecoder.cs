using Gdws.Data.Images.Jpeg;
using Gdws.Data.Images.Png;

namespace Gdws.Data.Images;

/// <summary>Decodes JPEG and PNG images; the content decides which, since well-known data sets hold PNG images called <c>.JPEG</c>.</summary>
internal static class ImageDecoder
{
    /// <summary>The largest image, in pixels; far above any photograph of ImageNet.</summary>
    public const long MaximumPixels = 64_000_000;

    /// <summary>Decodes an image.</summary>
    /// <exception cref="InvalidFileException">It is damaged, too large, or of a kind that isn't supported.</exception>
    public static RgbImage Decode(string file, ReadOnlySpan<byte> content)
    {
        try
        {
            if (content.IsEmpty)
                throw new InvalidDataException("it is empty");
            if (content.StartsWith<byte>([0xff, 0xd8]))
                return new JpegDecoder(content.ToArray()).Decode();
            if (content.StartsWith(PngDecoder.Signature))
                return new PngDecoder(content.ToArray()).Decode();
            throw new InvalidDataException(
                $"it starts with {Convert.ToHexString(content[..Math.Min(4, content.Length)])}, which is neither JPEG nor PNG");
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidFileException(file, $"can't be decoded as an image: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    /// <summary>Refuses sizes that no photograph has, before memory is taken.</summary>
    public static void CheckSize(int width, int height)
    {
        if (width < 1 || height < 1)
            throw new InvalidDataException($"the header declares {width}×{height} pixels");
        if ((long)width * height > MaximumPixels)
            throw new InvalidDataException($"the header declares {width}×{height} pixels, more than the {MaximumPixels} that can be read");
    }
}

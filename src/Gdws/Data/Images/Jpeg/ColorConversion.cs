namespace Gdws.Data.Images.Jpeg;

/// <summary>Turns rows of components into red, green and blue (ITU-R BT.601, full range, 16-bit fixed point as libjpeg has it).</summary>
internal static class ColorConversion
{
    private const int Half = 1 << 15;

    /// <summary>Which colours an image has, as libjpeg guesses.</summary>
    /// <param name="components">The components' names.</param>
    /// <param name="isJfif">Whether there is a JFIF segment.</param>
    /// <param name="adobeTransform">What an Adobe segment says; null where there is none.</param>
    public static JpegColors Guess(ReadOnlySpan<byte> components, bool isJfif, int? adobeTransform) => components.Length switch
    {
        1 => JpegColors.Grey,
        4 => adobeTransform is null or 0 ? JpegColors.Cmyk : JpegColors.Ycck,
        _ when isJfif => JpegColors.YCbCr,
        _ when adobeTransform is not null => adobeTransform == 0 ? JpegColors.Rgb : JpegColors.YCbCr,
        _ => components.SequenceEqual("RGB"u8) ? JpegColors.Rgb : JpegColors.YCbCr,
    };

    /// <summary>Converts one row.</summary>
    /// <param name="colors">What the components mean.</param>
    /// <param name="rows">A row of every component, each at least as long as the image is wide.</param>
    /// <param name="target">Receives red, green, blue of the first pixel, then of the second, …</param>
    public static void ConvertRow(JpegColors colors, byte[][] rows, Span<byte> target)
    {
        for (int x = 0; x < target.Length / 3; x++)
        {
            Span<byte> pixel = target.Slice(3 * x, 3);
            switch (colors)
            {
                case JpegColors.Grey:
                    pixel.Fill(rows[0][x]);
                    break;
                case JpegColors.Rgb or JpegColors.Cmyk:
                    (pixel[0], pixel[1], pixel[2]) = (rows[0][x], rows[1][x], rows[2][x]);
                    break;
                default:
                    FromYCbCr(rows[0][x], rows[1][x] - 128, rows[2][x] - 128, pixel);
                    break;
            }

            if (colors == JpegColors.Ycck)
                (pixel[0], pixel[1], pixel[2]) = ((byte)(255 - pixel[0]), (byte)(255 - pixel[1]), (byte)(255 - pixel[2]));
            if (colors is JpegColors.Cmyk or JpegColors.Ycck)
                Darken(pixel, rows[3][x]);
        }
    }

    private static void FromYCbCr(int y, int cb, int cr, Span<byte> pixel)
    {
        pixel[0] = Clamp(y + (((91881 * cr) + Half) >> 16));
        pixel[1] = Clamp(y + (((-22554 * cb) - (46802 * cr) + Half) >> 16));
        pixel[2] = Clamp(y + (((116130 * cb) + Half) >> 16));
    }

    // Values are stored inverted: 255 is no ink. Pillow's rounding.
    private static void Darken(Span<byte> pixel, int noBlack)
    {
        foreach (ref byte value in pixel)
        {
            int product = ((255 - value) * noBlack) + 128;
            value = Clamp(noBlack - (((product >> 8) + product) >> 8));
        }
    }

    private static byte Clamp(int value) => (byte)Math.Clamp(value, 0, 255);
}

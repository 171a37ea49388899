namespace Gdws.Data.Images;

/// <summary>
/// Resizes as Pillow's <c>BILINEAR</c> does: rows first, then columns, a triangle filter whose width grows with the reduction, fixed-point
/// weights, and 8-bit values between the two passes. Only the wanted part is computed.
/// </summary>
internal static class TriangleResampler
{
    private const int Half = 1 << (ResampledAxis.FractionBits - 1);

    /// <summary>Resizes and crops.</summary>
    /// <returns><c>[vertical.Count, horizontal.Count, 3]</c>.</returns>
    public static byte[] Resize(RgbImage source, ResampledAxis horizontal, ResampledAxis vertical)
    {
        int stride = 3 * horizontal.Count;
        byte[] rows = new byte[stride * (vertical.End - vertical.Start)];
        for (int y = vertical.Start; y < vertical.End; y++)
        {
            ReadOnlySpan<byte> row = source.Pixels.AsSpan(3 * y * source.Width, 3 * source.Width);
            ResizeRow(row, horizontal, rows.AsSpan((y - vertical.Start) * stride, stride));
        }

        byte[] result = new byte[stride * vertical.Count];
        for (int y = 0; y < vertical.Count; y++)
            MixRows(rows.AsSpan((vertical.First(y) - vertical.Start) * stride), stride, vertical.Weights(y), result.AsSpan(y * stride, stride));
        return result;
    }

    private static void ResizeRow(ReadOnlySpan<byte> source, ResampledAxis axis, Span<byte> target)
    {
        for (int x = 0; x < axis.Count; x++)
        {
            ReadOnlySpan<int> weights = axis.Weights(x);
            ReadOnlySpan<byte> pixels = source.Slice(3 * axis.First(x), 3 * weights.Length);
            int red = Half;
            int green = Half;
            int blue = Half;
            for (int i = 0; i < weights.Length; i++)
            {
                red += weights[i] * pixels[3 * i];
                green += weights[i] * pixels[(3 * i) + 1];
                blue += weights[i] * pixels[(3 * i) + 2];
            }

            target[3 * x] = ToByte(red);
            target[(3 * x) + 1] = ToByte(green);
            target[(3 * x) + 2] = ToByte(blue);
        }
    }

    private static void MixRows(ReadOnlySpan<byte> rows, int stride, ReadOnlySpan<int> weights, Span<byte> target)
    {
        for (int x = 0; x < stride; x++)
        {
            int sum = Half;
            for (int i = 0; i < weights.Length; i++)
                sum += weights[i] * rows[(i * stride) + x];
            target[x] = ToByte(sum);
        }
    }

    private static byte ToByte(int value) => (byte)Math.Clamp(value >> ResampledAxis.FractionBits, 0, 255);
}

namespace Gdws.Data.Images.Jpeg;

/// <summary>
/// Brings a component to the image's size. Factors of 2 are interpolated with weights 3/4 and 1/4 (libjpeg's default, "fancy", with its
/// alternating rounding), other factors repeat samples.
/// </summary>
internal static class Upsampling
{
    /// <summary>Fills one row of the image.</summary>
    /// <param name="plane">The component.</param>
    /// <param name="factor">How often the component's columns and rows fit the image's.</param>
    /// <param name="row">The image's row.</param>
    /// <param name="target">Receives the samples; as long as a row of whole units.</param>
    public static void FillRow(SamplePlane plane, (int Horizontal, int Vertical) factor, int row, Span<byte> target)
    {
        bool isWide = plane.Width > 2;
        if (factor == (1, 1))
            plane.Row(row).CopyTo(target);
        else if (factor == (2, 1) && isWide)
            Widen(plane.Row(row), target);
        else if (factor == (1, 2))
            MixRows(plane, row, target);
        else if (factor == (2, 2) && isWide)
            WidenMixedRows(plane, row, target);
        else
            Repeat(plane.Row(row / factor.Vertical), factor.Horizontal, target);
    }

    private static void Repeat(ReadOnlySpan<byte> source, int factor, Span<byte> target)
    {
        for (int i = 0; i < source.Length; i++)
            target.Slice(i * factor, factor).Fill(source[i]);
    }

    private static void Widen(ReadOnlySpan<byte> source, Span<byte> target)
    {
        int last = source.Length - 1;
        for (int i = 0; i <= last; i++)
        {
            target[2 * i] = i == 0 ? source[0] : (byte)(((3 * source[i]) + source[i - 1] + 1) >> 2);
            target[(2 * i) + 1] = i == last ? source[last] : (byte)(((3 * source[i]) + source[i + 1] + 2) >> 2);
        }
    }

    private static void MixRows(SamplePlane plane, int row, Span<byte> target)
    {
        bool isUpper = row % 2 == 0;
        ReadOnlySpan<byte> near = plane.Row(row / 2);
        ReadOnlySpan<byte> far = plane.Row((row / 2) + (isUpper ? -1 : 1));
        int rounding = isUpper ? 1 : 2;
        for (int i = 0; i < near.Length; i++)
            target[i] = (byte)(((3 * near[i]) + far[i] + rounding) >> 2);
    }

    private static void WidenMixedRows(SamplePlane plane, int row, Span<byte> target)
    {
        ReadOnlySpan<byte> near = plane.Row(row / 2);
        ReadOnlySpan<byte> far = plane.Row((row / 2) + (row % 2 == 0 ? -1 : 1));
        int last = near.Length - 1;
        int previous = 0;
        int current = (3 * near[0]) + far[0];
        for (int i = 0; i <= last; i++)
        {
            int next = i == last ? 0 : (3 * near[i + 1]) + far[i + 1];
            target[2 * i] = (byte)(i == 0 ? ((4 * current) + 8) >> 4 : ((3 * current) + previous + 8) >> 4);
            target[(2 * i) + 1] = (byte)(i == last ? ((4 * current) + 7) >> 4 : ((3 * current) + next + 7) >> 4);
            (previous, current) = (current, next);
        }
    }
}

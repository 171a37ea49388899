using Gdws.Torch.Attacks;

namespace Gdws.Torch.Training;

/// <summary>Shifts and mirrors one image in plain memory.</summary>
internal static class AugmentedImage
{
    /// <summary>The largest shift, in pixels.</summary>
    public static int LargestShift(int size) => Math.Max(1, size / 8);

    /// <summary>Draws a shift and a side, and writes the image so.</summary>
    /// <param name="source"><c>[C, H, W]</c>.</param>
    /// <param name="target">As long; every value is written.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="flips">Whether it may be mirrored.</param>
    /// <param name="random">The image's random numbers.</param>
    public static void Write(ReadOnlySpan<float> source, Span<float> target, int height, int width, bool flips, ref ImageRandom random)
    {
        int down = random.Below((2 * LargestShift(height)) + 1) - LargestShift(height);
        int right = random.Below((2 * LargestShift(width)) + 1) - LargestShift(width);
        bool mirrored = flips && random.Sign() < 0;
        Move(source, target, height, width, down, right, mirrored);
    }

    internal static void Move(ReadOnlySpan<float> source, Span<float> target, int height, int width, int down, int right, bool mirrored)
    {
        target.Clear();
        int first = Math.Max(0, right);
        int count = width - Math.Abs(right);
        for (int line = 0; line < source.Length / width; line++)
        {
            int row = line % height;
            int from = row - down;
            if (from < 0 || from >= height)
                continue;
            Span<float> written = target.Slice((line * width) + first, count);
            source.Slice(((line - down) * width) + first - right, count).CopyTo(written);
            if (mirrored)
                target.Slice(line * width, width).Reverse();
        }
    }
}

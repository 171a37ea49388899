namespace Gdws.Execution.Engine.Steps;

/// <summary>How a kernel slides over a map.</summary>
internal sealed record Window(
    int KernelHeight,
    int KernelWidth,
    (int Height, int Width) Stride,
    (int Height, int Width) Dilation,
    (int Top, int Left, int Bottom, int Right) Padding)
{
    /// <summary>A 1×1 kernel.</summary>
    public static Window Point { get; } = new(1, 1, (1, 1), (1, 1), (0, 0, 0, 0));

    public int Taps => KernelHeight * KernelWidth;

    /// <summary>The border that an input needs: the furthest that the kernel reaches beyond it.</summary>
    public int Border => Math.Max(Math.Max(Padding.Top, Padding.Left), Math.Max(Padding.Bottom, Padding.Right));

    /// <summary>Whether each pixel of the output is made of the same pixel of the input.</summary>
    public bool IsPoint => Taps == 1 && Stride == (1, 1) && Border == 0;

    /// <summary>Where the taps lie in relation to the first one.</summary>
    public int[] TapOffsets(MapLayout input)
    {
        int[] offsets = new int[Taps];
        for (int tap = 0; tap < Taps; tap++)
        {
            int row = tap / KernelWidth * Dilation.Height, column = tap % KernelWidth * Dilation.Width;
            offsets[tap] = checked((int)((row * input.RowPitch) + ((long)column * Kernels.Kernel.Block)));
        }

        return offsets;
    }

    /// <summary>Where the first tap of a run's first pixel lies.</summary>
    public long FirstTap(MapLayout input, PixelRun run) =>
        input.At(run.Image, (run.Row * Stride.Height) - Padding.Top, (run.Column * Stride.Width) - Padding.Left);
}

namespace Gdws.Latency;

/// <summary>The numbers of kernels at which a layer is measured.</summary>
internal static class KernelGrid
{
    /// <summary>The widest block of channels that processors' registers suggest.</summary>
    public const int Block = 16;

    // In shares of C, where plans lie most of the time the closest.
    private static readonly double[] _ratios = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8];

    // In runtimes a multiply-accumulate of a GDWS convolution rarely takes less time than one of a dense convolution.
    private const double BeyondEqualMacs = 1.15;

    /// <summary>
    /// Multiples of the block from one block to where GDWS takes as many multiply-accumulates as the dense layer, and beside G = C some that are none,
    /// by which the stairs are seen. Ascending.
    /// </summary>
    public static int[] Of(LayerShape shape)
    {
        int components = shape.Components;
        long equalMacs = (long)shape.Outputs * shape.Inputs * shape.KernelSize / (shape.KernelSize + shape.Outputs);
        int most = (int)Math.Clamp((long)(equalMacs * BeyondEqualMacs), 1, components);
        SortedSet<int> kernels = [Math.Min(Block, components), Rounded(most, components)];
        foreach (double ratio in _ratios)
        {
            int rounded = Rounded(ratio * shape.Inputs, components);
            if (rounded <= most)
                kernels.Add(rounded);
        }

        foreach (int kernel in BesideMultiples(shape).Where(kernel => kernel <= components))
            kernels.Add(kernel);
        return [.. kernels];
    }

    /// <summary>Numbers beside a multiple and the next one: one more, a quarter more, a half more; and the next one itself.</summary>
    public static int[] BesideMultiples(LayerShape shape)
    {
        int multiple = Math.Max(Block, Rounded(shape.Inputs, shape.Components));
        return [multiple + 1, multiple + (Block / 4), multiple + (Block / 2), multiple + Block];
    }

    private static int Rounded(double kernels, int components)
    {
        int multiple = Math.Max(1, (int)Math.Round(kernels / Block)) * Block;
        return multiple <= components ? multiple : components / Block > 0 ? components / Block * Block : components;
    }
}

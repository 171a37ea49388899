namespace Gdws.Execution.Engine.Steps;

/// <summary>
/// Winograd's way to compute a 3×3 convolution of stride 1 (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016): m×m outputs of a channel
/// take (m+2)² multiplications instead of 9·m²; 2.25 times fewer for m = 2, 4 times fewer for m = 4.
/// <code>
///   y = Aᵀ [ (G w Gᵀ) ∘ (Bᵀ x B) ] A        x: (m+2)×(m+2) inputs, w: the kernel, y: m×m outputs, ∘: value by value
/// </code>
/// Summed over channels, each of the (m+2)² positions is a matrix product of its own: pixels are tiles, factors are channels. The price is four times the weights
/// for m = 4 (36 for 9; for m = 2 16 for 9) and some rounding: an output is off by a few units of the sixth digit.
/// </summary>
/// <param name="Size">m, outputs of a tile in each direction.</param>
internal sealed record WinogradTransform(int Size)
{
    // With fewer tiles, the time goes into bringing the larger weights.
    private const int FewestTiles = 12;
    private const int FewestChannels = 16;
    private const int MostWeights = 1 << 24;
    private const int Kernel = 3;

    private static readonly double[][] _two = [[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]];

    private static readonly double[][] _four =
        [[1 / 4d, 0, 0], [-1 / 6d, -1 / 6d, -1 / 6d], [-1 / 6d, 1 / 6d, -1 / 6d], [1 / 24d, 1 / 12d, 1 / 6d], [1 / 24d, -1 / 12d, 1 / 6d], [0, 0, 1]];

    /// <summary>Inputs of a tile in each direction: m + 2.</summary>
    public int InputSize => Size + Kernel - 1;

    /// <summary>Values of a transformed tile.</summary>
    public int Positions => InputSize * InputSize;

    /// <summary>What a convolution is computed with, or null where the direct way is better.</summary>
    public static WinogradTransform? For(MapValue input, MapValue output, int groups, Window window)
    {
        bool isPossible = window is { KernelHeight: Kernel, KernelWidth: Kernel, Stride: (1, 1), Dilation: (1, 1) } && groups == 1;
        if (!isPossible || input.Channels < FewestChannels || output.Channels < FewestChannels)
            return null;
        return Choose(input, output, 4) ?? Choose(input, output, 2);
    }

    /// <summary>Tiles of a map in one direction.</summary>
    public int Tiles(int length) => (length + Size - 1) / Size;

    /// <summary>Rows and columns that the last tiles read beyond the border of the input.</summary>
    public int Overhang(MapValue input, MapValue output, Window window)
    {
        int rows = (Tiles(output.Height) * Size) + Kernel - 1 - window.Padding.Top - input.Height - window.Border;
        int columns = (Tiles(output.Width) * Size) + Kernel - 1 - window.Padding.Left - input.Width - window.Border;
        return Math.Max(0, Math.Max(rows, columns));
    }

    /// <summary>G w Gᵀ of every kernel, <c>[M, positions · C]</c> of <c>[M, C, 3, 3]</c>.</summary>
    public float[] Weights(float[] weights, int outputs)
    {
        int inputs = weights.Length / outputs / (Kernel * Kernel), positions = Positions;
        float[] result = new float[outputs * positions * inputs];
        double[][] g = Size == 4 ? _four : _two;
        double[] product = new double[positions];
        for (int kernel = 0; kernel < outputs * inputs; kernel++)
        {
            Weight(g, weights.AsSpan(kernel * Kernel * Kernel, Kernel * Kernel), product);
            int to = (kernel / inputs * positions * inputs) + (kernel % inputs);
            for (int position = 0; position < positions; position++)
                result[to + (position * inputs)] = (float)product[position];
        }

        return result;
    }

    private static void Weight(double[][] g, ReadOnlySpan<float> w, double[] product)
    {
        Span<double> left = stackalloc double[g.Length * Kernel];
        for (int row = 0; row < g.Length; row++)
        {
            for (int column = 0; column < Kernel; column++)
                left[(row * Kernel) + column] = (g[row][0] * w[column]) + (g[row][1] * w[Kernel + column]) + (g[row][2] * w[(2 * Kernel) + column]);
        }

        for (int row = 0; row < g.Length; row++)
        {
            for (int column = 0; column < g.Length; column++)
            {
                product[(row * g.Length) + column] =
                    (left[row * Kernel] * g[column][0]) + (left[(row * Kernel) + 1] * g[column][1]) + (left[(row * Kernel) + 2] * g[column][2]);
            }
        }
    }

    private static WinogradTransform? Choose(MapValue input, MapValue output, int size)
    {
        WinogradTransform transform = new(size);
        bool isWorth = transform.Tiles(output.Height) * transform.Tiles(output.Width) >= FewestTiles;
        return isWorth && (long)transform.Positions * input.Channels * output.Channels <= MostWeights ? transform : null;
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;

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
    /// <summary>Weights of a kernel.</summary>
    public const int KernelTaps = Kernel * Kernel;

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

    /// <summary>G w Gᵀ of all kernels of one output channel, in double precision and rounded once.</summary>
    /// <param name="weights"><c>[C, 3, 3]</c></param>
    /// <param name="result">Receives <c>[positions, C]</c>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Weights(ReadOnlySpan<float> weights, Span<float> result)
    {
        // Lanes are channels: each goes through the same operations in the same order, whatever the width of a vector.
        int inputs = weights.Length / KernelTaps, half = Vector<double>.Count, lanes = 2 * half;
        double[][] g = Size == 4 ? _four : _two;
        Span<double> taps = stackalloc double[KernelTaps * lanes];
        Span<double> products = stackalloc double[Positions * lanes];
        Span<float> rounded = stackalloc float[lanes];
        for (int first = 0; first < inputs; first += lanes)
        {
            int count = Math.Min(lanes, inputs - first);
            for (int i = 0; i < count * KernelTaps; i++)
                taps[(i % KernelTaps * lanes) + (i / KernelTaps)] = weights[(first * KernelTaps) + i];
            Weights(g, taps, products, lanes);
            Weights(g, taps[half..], products[half..], lanes);
            for (int position = 0; position < Positions; position++)
            {
                ReadOnlySpan<double> product = products.Slice(position * lanes, lanes);
                Vector.Narrow(new Vector<double>(product), new Vector<double>(product[half..])).CopyTo(rounded);
                rounded[..count].CopyTo(result[((position * inputs) + first)..]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Weights(double[][] g, ReadOnlySpan<double> w, Span<double> product, int pitch)
    {
        Span<Vector<double>> left = stackalloc Vector<double>[g.Length * Kernel];
        for (int column = 0; column < Kernel; column++)
        {
            Vector<double> top = new(w[(column * pitch)..]), middle = new(w[((Kernel + column) * pitch)..]), bottom = new(w[(((2 * Kernel) + column) * pitch)..]);
            for (int row = 0; row < g.Length; row++)
                left[(row * Kernel) + column] = (g[row][0] * top) + (g[row][1] * middle) + (g[row][2] * bottom);
        }

        for (int row = 0; row < g.Length; row++)
        {
            Vector<double> a = left[row * Kernel], b = left[(row * Kernel) + 1], c = left[(row * Kernel) + 2];
            for (int column = 0; column < g.Length; column++)
                ((a * g[column][0]) + (b * g[column][1]) + (c * g[column][2])).CopyTo(product[(((row * g.Length) + column) * pitch)..]);
        }
    }

    private static WinogradTransform? Choose(MapValue input, MapValue output, int size)
    {
        WinogradTransform transform = new(size);
        bool isWorth = transform.Tiles(output.Height) * transform.Tiles(output.Width) >= FewestTiles;
        return isWorth && (long)transform.Positions * input.Channels * output.Channels <= MostWeights ? transform : null;
    }
}

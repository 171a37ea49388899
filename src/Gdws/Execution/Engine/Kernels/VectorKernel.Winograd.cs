using System.Runtime.CompilerServices;

namespace Gdws.Execution.Engine.Kernels;

/// <content>
/// The transforms of Winograd's convolutions (see <see cref="Steps.WinogradTransform"/>): a matrix from the left and its transpose from the right, first
/// all columns of a tile, then all rows of what came out. Lanes are channels, and every lane does the same with its own channel.
/// </content>
internal sealed unsafe partial class VectorKernel<TVector, TSimd>
{
    private const int MostPositions = 36;

    public override void WinogradInput(int size, float* input, nint rowPitch, float* output, nint positionPitch)
    {
        for (int lane = 0; lane < Block; lane += TSimd.Lanes)
        {
            if (size == 4)
                InputOfFour(input + lane, rowPitch, output + lane, positionPitch);
            else
                InputOfTwo(input + lane, rowPitch, output + lane, positionPitch);
        }
    }

    public override void WinogradOutput(int size, float* products, nint positionPitch, float* bias, int rows, int columns, in FinishRun end)
    {
        if (size == 4)
            OutputOfFour(products, positionPitch, bias, rows, columns, end);
        else
            OutputOfTwo(products, positionPitch, bias, rows, columns, end);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InputOfFour(float* input, nint rowPitch, float* output, nint positionPitch)
    {
        // Where a vector is shorter than a block, each takes its own lanes of a block's space.
        float* space = stackalloc float[(MostPositions + 1) * Block];
        float* columns = LineOf(space);
        for (int column = 0; column < 6; column++, input += Block)
        {
            float* x = input;
            TVector x0 = TSimd.Load(x), x1 = TSimd.Load(x += rowPitch), x2 = TSimd.Load(x += rowPitch);
            TVector x3 = TSimd.Load(x += rowPitch), x4 = TSimd.Load(x += rowPitch), x5 = TSimd.Load(x + rowPitch);
            Six(x0, x1, x2, x3, x4, x5, columns + (column * Block), 6 * Block);
        }

        for (int row = 0; row < 6; row++, output += 6 * positionPitch)
        {
            float* x = columns + (row * 6 * Block);
            TVector x0 = TSimd.Load(x), x1 = TSimd.Load(x + Block), x2 = TSimd.Load(x + (2 * Block));
            TVector x3 = TSimd.Load(x + (3 * Block)), x4 = TSimd.Load(x + (4 * Block)), x5 = TSimd.Load(x + (5 * Block));
            Six(x0, x1, x2, x3, x4, x5, output, positionPitch);
        }
    }

    /// <summary>The rows of Bᵀ for 4 outputs: (4 0 −5 0 1 0), (0 −4 −4 1 1 0), (0 4 −4 −1 1 0), (0 −2 −1 2 1 0), (0 2 −1 −2 1 0), (0 4 0 −5 0 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Six(TVector x0, TVector x1, TVector x2, TVector x3, TVector x4, TVector x5, float* y, nint pitch)
    {
        TVector two = TSimd.Broadcast(2), four = TSimd.Broadcast(4), minusFour = TSimd.Broadcast(-4), minusFive = TSimd.Broadcast(-5);
        TVector even = TSimd.MultiplyAdd(minusFour, x2, x4), odd = TSimd.MultiplyAdd(minusFour, x1, x3);
        TVector evenNext = TSimd.Subtract(x4, x2), oddNext = TSimd.Multiply(two, TSimd.Subtract(x3, x1));
        TSimd.Store(TSimd.MultiplyAdd(four, x0, TSimd.MultiplyAdd(minusFive, x2, x4)), y);
        TSimd.Store(TSimd.Add(even, odd), y += pitch);
        TSimd.Store(TSimd.Subtract(even, odd), y += pitch);
        TSimd.Store(TSimd.Add(evenNext, oddNext), y += pitch);
        TSimd.Store(TSimd.Subtract(evenNext, oddNext), y += pitch);
        TSimd.Store(TSimd.MultiplyAdd(four, x1, TSimd.MultiplyAdd(minusFive, x3, x5)), y + pitch);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OutputOfFour(float* products, nint positionPitch, float* bias, int rows, int columns, in FinishRun end)
    {
        float* space = stackalloc float[25 * Block];
        float* sums = LineOf(space);
        for (int column = 0; column < 6; column++, products += positionPitch)
        {
            float* m = products;
            nint pitch = 6 * positionPitch;
            TVector m0 = TSimd.Load(m), m1 = TSimd.Load(m += pitch), m2 = TSimd.Load(m += pitch);
            TVector m3 = TSimd.Load(m += pitch), m4 = TSimd.Load(m += pitch), m5 = TSimd.Load(m + pitch);
            FromSix(ref m0, ref m1, ref m2, ref m3, m4, m5);
            float* y = sums + (column * Block);
            TSimd.Store(m0, y);
            TSimd.Store(m1, y + (6 * Block));
            TSimd.Store(m2, y + (12 * Block));
            TSimd.Store(m3, y + (18 * Block));
        }

        TVector summand = TSimd.Load(bias);
        for (int row = 0; row < rows; row++, sums += 6 * Block)
        {
            TVector m0 = TSimd.Load(sums), m1 = TSimd.Load(sums + Block), m2 = TSimd.Load(sums + (2 * Block));
            TVector m3 = TSimd.Load(sums + (3 * Block)), m4 = TSimd.Load(sums + (4 * Block)), m5 = TSimd.Load(sums + (5 * Block));
            FromSix(ref m0, ref m1, ref m2, ref m3, m4, m5);
            int pixel = 4 * row;
            Finish<Size1>(end, pixel, TSimd.Add(m0, summand), default);
            if (columns > 1)
                Finish<Size1>(end, pixel + 1, TSimd.Add(m1, summand), default);
            if (columns > 2)
                Finish<Size1>(end, pixel + 2, TSimd.Add(m2, summand), default);
            if (columns > 3)
                Finish<Size1>(end, pixel + 3, TSimd.Add(m3, summand), default);
        }
    }

    /// <summary>The rows of Aᵀ for 4 outputs: (1 1 1 1 1 0), (0 1 −1 2 −2 0), (0 1 1 4 4 0), (0 1 −1 8 −8 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FromSix(ref TVector m0, ref TVector m1, ref TVector m2, ref TVector m3, TVector m4, TVector m5)
    {
        TVector sum = TSimd.Add(m1, m2), difference = TSimd.Subtract(m1, m2);
        TVector farSum = TSimd.Add(m3, m4), farDifference = TSimd.Subtract(m3, m4);
        m0 = TSimd.Add(m0, TSimd.Add(sum, farSum));
        m1 = TSimd.MultiplyAdd(TSimd.Broadcast(2), farDifference, difference);
        m2 = TSimd.MultiplyAdd(TSimd.Broadcast(4), farSum, sum);
        m3 = TSimd.Add(TSimd.MultiplyAdd(TSimd.Broadcast(8), farDifference, difference), m5);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InputOfTwo(float* input, nint rowPitch, float* output, nint positionPitch)
    {
        float* space = stackalloc float[17 * Block];
        float* columns = LineOf(space);
        for (int column = 0; column < 4; column++, input += Block)
        {
            float* x = input + rowPitch;
            TVector x0 = TSimd.Load(input), x1 = TSimd.Load(x), x2 = TSimd.Load(x += rowPitch), x3 = TSimd.Load(x + rowPitch);
            Four(x0, x1, x2, x3, columns + (column * Block), 4 * Block);
        }

        for (int row = 0; row < 4; row++, output += 4 * positionPitch)
        {
            float* x = columns + (row * 4 * Block);
            Four(TSimd.Load(x), TSimd.Load(x + Block), TSimd.Load(x + (2 * Block)), TSimd.Load(x + (3 * Block)), output, positionPitch);
        }
    }

    /// <summary>The rows of Bᵀ for 2 outputs: (1 0 −1 0), (0 1 1 0), (0 −1 1 0), (0 1 0 −1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(TVector x0, TVector x1, TVector x2, TVector x3, float* y, nint pitch)
    {
        TSimd.Store(TSimd.Subtract(x0, x2), y);
        TSimd.Store(TSimd.Add(x1, x2), y += pitch);
        TSimd.Store(TSimd.Subtract(x2, x1), y += pitch);
        TSimd.Store(TSimd.Subtract(x1, x3), y + pitch);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OutputOfTwo(float* products, nint positionPitch, float* bias, int rows, int columns, in FinishRun end)
    {
        // The rows of Aᵀ for 2 outputs: (1 1 1 0), (0 1 −1 −1).
        float* space = stackalloc float[9 * Block];
        float* sums = LineOf(space);
        for (int column = 0; column < 4; column++, products += positionPitch)
        {
            float* m = products;
            nint pitch = 4 * positionPitch;
            TVector m0 = TSimd.Load(m), m1 = TSimd.Load(m += pitch), m2 = TSimd.Load(m += pitch), m3 = TSimd.Load(m + pitch);
            TSimd.Store(TSimd.Add(TSimd.Add(m0, m1), m2), sums + (column * Block));
            TSimd.Store(TSimd.Subtract(TSimd.Subtract(m1, m2), m3), sums + ((4 + column) * Block));
        }

        TVector summand = TSimd.Load(bias);
        for (int row = 0; row < rows; row++, sums += 4 * Block)
        {
            TVector m0 = TSimd.Load(sums), m1 = TSimd.Load(sums + Block), m2 = TSimd.Load(sums + (2 * Block)), m3 = TSimd.Load(sums + (3 * Block));
            Finish<Size1>(end, 2 * row, TSimd.Add(TSimd.Add(TSimd.Add(m0, m1), m2), summand), default);
            if (columns > 1)
                Finish<Size1>(end, (2 * row) + 1, TSimd.Add(TSimd.Subtract(TSimd.Subtract(m1, m2), m3), summand), default);
        }
    }

    /// <summary>The first cache line that begins in some memory: a vector that straddles two takes twice the time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* LineOf(float* memory) => (float*)(((nint)memory + 63) & ~63);
}

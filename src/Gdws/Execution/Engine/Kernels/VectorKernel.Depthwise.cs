using System.Runtime.CompilerServices;

namespace Gdws.Execution.Engine.Kernels;

/// <content>Depthwise kernels: lanes are channels, so a tap is one multiply-add for as many channels as a vector has lanes.</content>
internal sealed unsafe partial class VectorKernel<TVector, TSimd>
{
    public override void Depthwise(float* input, int* at, int* taps, int tapCount, float* weights, float* output, int count)
    {
        bool isThreeByThree = tapCount == 9 && taps[1] == Block && taps[2] == 2 * Block && taps[4] == taps[3] + Block && taps[6] == 2 * taps[3];
        for (int lane = 0; lane < Block; lane += TSimd.Lanes)
        {
            if (isThreeByThree)
                ThreeByThree(input + lane, at, taps[3], weights + lane, output + lane, count);
            else
                AnyTaps(input + lane, at, taps, tapCount, weights + lane, output + lane, count);
        }
    }

    /// <summary>The usual case: the nine weights stay in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ThreeByThree(float* input, int* at, nint row, float* weights, float* output, int count)
    {
        TVector w0 = TSimd.Load(weights), w1 = TSimd.Load(weights + Block), w2 = TSimd.Load(weights + (2 * Block));
        TVector w3 = TSimd.Load(weights + (3 * Block)), w4 = TSimd.Load(weights + (4 * Block)), w5 = TSimd.Load(weights + (5 * Block));
        TVector w6 = TSimd.Load(weights + (6 * Block)), w7 = TSimd.Load(weights + (7 * Block)), w8 = TSimd.Load(weights + (8 * Block));
        int pixel = 0;
        while (pixel < count)
        {
            float* x = input + at[pixel];
            if (pixel + 1 < count && at[pixel + 1] == at[pixel] + Block)
            {
                // Two neighbours share six of their nine values.
                TVector a = TSimd.Load(x + Block), b = TSimd.Load(x + (2 * Block));
                TVector top = Three(TSimd.Load(x), a, b, w0, w1, w2), nextTop = Three(a, b, TSimd.Load(x + (3 * Block)), w0, w1, w2);
                x += row;
                a = TSimd.Load(x + Block);
                b = TSimd.Load(x + (2 * Block));
                TVector middle = Three(TSimd.Load(x), a, b, w3, w4, w5), nextMiddle = Three(a, b, TSimd.Load(x + (3 * Block)), w3, w4, w5);
                x += row;
                a = TSimd.Load(x + Block);
                b = TSimd.Load(x + (2 * Block));
                TVector bottom = Three(TSimd.Load(x), a, b, w6, w7, w8), nextBottom = Three(a, b, TSimd.Load(x + (3 * Block)), w6, w7, w8);
                TSimd.Store(TSimd.Add(TSimd.Add(top, middle), bottom), output);
                TSimd.Store(TSimd.Add(TSimd.Add(nextTop, nextMiddle), nextBottom), output + Block);
                output += 2 * Block;
                pixel += 2;
            }
            else
            {
                TVector top = Three(TSimd.Load(x), TSimd.Load(x + Block), TSimd.Load(x + (2 * Block)), w0, w1, w2);
                x += row;
                TVector middle = Three(TSimd.Load(x), TSimd.Load(x + Block), TSimd.Load(x + (2 * Block)), w3, w4, w5);
                x += row;
                TVector bottom = Three(TSimd.Load(x), TSimd.Load(x + Block), TSimd.Load(x + (2 * Block)), w6, w7, w8);
                TSimd.Store(TSimd.Add(TSimd.Add(top, middle), bottom), output);
                output += Block;
                pixel++;
            }
        }
    }

    /// <summary>One row of a kernel: the sums of the three rows don't wait for each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Three(TVector left, TVector middle, TVector right, TVector w0, TVector w1, TVector w2) =>
        TSimd.MultiplyAdd(right, w2, TSimd.MultiplyAdd(middle, w1, TSimd.Multiply(left, w0)));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AnyTaps(float* input, int* at, int* taps, int tapCount, float* weights, float* output, int count)
    {
        int pixel = 0;
        for (; pixel + 4 <= count; pixel += 4, output += 4 * Block)
        {
            float* x0 = input + at[pixel], x1 = input + at[pixel + 1], x2 = input + at[pixel + 2], x3 = input + at[pixel + 3];
            TVector sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            for (int tap = 0; tap < tapCount; tap++)
            {
                nint offset = taps[tap];
                TVector weight = TSimd.Load(weights + (tap * Block));
                sum0 = TSimd.MultiplyAdd(TSimd.Load(x0 + offset), weight, sum0);
                sum1 = TSimd.MultiplyAdd(TSimd.Load(x1 + offset), weight, sum1);
                sum2 = TSimd.MultiplyAdd(TSimd.Load(x2 + offset), weight, sum2);
                sum3 = TSimd.MultiplyAdd(TSimd.Load(x3 + offset), weight, sum3);
            }

            TSimd.Store(sum0, output);
            TSimd.Store(sum1, output + Block);
            TSimd.Store(sum2, output + (2 * Block));
            TSimd.Store(sum3, output + (3 * Block));
        }

        for (; pixel < count; pixel++, output += Block)
        {
            float* x = input + at[pixel];
            TVector sum = default;
            for (int tap = 0; tap < tapCount; tap++)
                sum = TSimd.MultiplyAdd(TSimd.Load(x + taps[tap]), TSimd.Load(weights + (tap * Block)), sum);
            TSimd.Store(sum, output);
        }
    }
}

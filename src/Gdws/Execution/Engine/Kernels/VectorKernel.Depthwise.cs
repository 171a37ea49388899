using System.Runtime.CompilerServices;

namespace Gdws.Execution.Engine.Kernels;

/// <content>Depthwise kernels: lanes are channels, so a tap is one multiply-add for as many channels as a vector has lanes.</content>
internal sealed unsafe partial class VectorKernel<TVector, TSimd>
{
    public override void Depthwise(float* input, nint step, int* taps, int tapCount, float* weights, float* output, int count)
    {
        for (int lane = 0; lane < Block; lane += TSimd.Lanes)
        {
            if (tapCount == 9)
                NineTaps(input + lane, step, taps, weights + lane, output + lane, count);
            else
                AnyTaps(input + lane, step, taps, tapCount, weights + lane, output + lane, count);
        }
    }

    /// <summary>The 3×3 case: its nine weights stay in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NineTaps(float* input, nint step, int* taps, float* weights, float* output, int count)
    {
        TVector w0 = TSimd.Load(weights), w1 = TSimd.Load(weights + Block), w2 = TSimd.Load(weights + (2 * Block));
        TVector w3 = TSimd.Load(weights + (3 * Block)), w4 = TSimd.Load(weights + (4 * Block)), w5 = TSimd.Load(weights + (5 * Block));
        TVector w6 = TSimd.Load(weights + (6 * Block)), w7 = TSimd.Load(weights + (7 * Block)), w8 = TSimd.Load(weights + (8 * Block));
        nint t0 = taps[0], t1 = taps[1], t2 = taps[2], t3 = taps[3], t4 = taps[4], t5 = taps[5], t6 = taps[6], t7 = taps[7], t8 = taps[8];
        for (int pixel = 0; pixel < count; pixel++, input += step, output += Block)
        {
            TVector sum = TSimd.Multiply(TSimd.Load(input + t0), w0);
            sum = TSimd.MultiplyAdd(TSimd.Load(input + t1), w1, sum);
            sum = TSimd.MultiplyAdd(TSimd.Load(input + t2), w2, sum);
            sum = TSimd.MultiplyAdd(TSimd.Load(input + t3), w3, sum);
            sum = TSimd.MultiplyAdd(TSimd.Load(input + t4), w4, sum);
            sum = TSimd.MultiplyAdd(TSimd.Load(input + t5), w5, sum);
            sum = TSimd.MultiplyAdd(TSimd.Load(input + t6), w6, sum);
            sum = TSimd.MultiplyAdd(TSimd.Load(input + t7), w7, sum);
            TSimd.Store(TSimd.MultiplyAdd(TSimd.Load(input + t8), w8, sum), output);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AnyTaps(float* input, nint step, int* taps, int tapCount, float* weights, float* output, int count)
    {
        int pixel = 0;
        for (; pixel + 4 <= count; pixel += 4, input += 4 * step, output += 4 * Block)
        {
            TVector sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            for (int tap = 0; tap < tapCount; tap++)
            {
                float* x = input + taps[tap];
                TVector weight = TSimd.Load(weights + (tap * Block));
                sum0 = TSimd.MultiplyAdd(TSimd.Load(x), weight, sum0);
                sum1 = TSimd.MultiplyAdd(TSimd.Load(x + step), weight, sum1);
                sum2 = TSimd.MultiplyAdd(TSimd.Load(x + (2 * step)), weight, sum2);
                sum3 = TSimd.MultiplyAdd(TSimd.Load(x + (3 * step)), weight, sum3);
            }

            TSimd.Store(sum0, output);
            TSimd.Store(sum1, output + Block);
            TSimd.Store(sum2, output + (2 * Block));
            TSimd.Store(sum3, output + (3 * Block));
        }

        for (; pixel < count; pixel++, input += step, output += Block)
        {
            TVector sum = default;
            for (int tap = 0; tap < tapCount; tap++)
                sum = TSimd.MultiplyAdd(TSimd.Load(input + taps[tap]), TSimd.Load(weights + (tap * Block)), sum);
            TSimd.Store(sum, output);
        }
    }
}

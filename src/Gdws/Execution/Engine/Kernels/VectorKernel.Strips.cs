using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Gdws.Execution.Engine.Kernels;

/// <content>
/// The products of strips of 1 to 14 pixels with panels of one or two vectors. Every pixel has two running sums in registers (c and d; 14 pixels take 28 of
/// the 32 registers of AVX-512, 6 pixels 12 of the 16 of AVX2). In each step of the loop two vectors of weights (u and v) are loaded once and serve
/// all pixels; each pixel's value is broadcast (t), that is, written into every lane, and so meets sixteen output channels at once:
/// <code>
///   lane:      0        1        2    …
///   c3  +=  t·u[0]   t·u[1]   t·u[2]  …      t = the k-th factor of pixel 3, u[m] = what it weighs in output channel m
/// </code>
/// The variables are spelled out because only then do they stay in registers. A strip's length and a panel's width are the <i>sizes of types</i>: for the
/// just-in-time compiler these are constants, so it makes a loop of its own for each length out of this one text, without any of the conditions.
/// </content>
internal sealed unsafe partial class VectorKernel<TVector, TSimd>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Strip<TLength, TWidth>(in StripRun run)
        where TLength : unmanaged
        where TWidth : unmanaged
    {
        float* initial = run.Initial;
        nint pitch = run.InitialPitch;
        TVector c0 = TSimd.Load(initial), d0 = sizeof(TWidth) > 1 ? TSimd.Load(initial + TSimd.Lanes) : default;
        TVector c1 = default, d1 = default;
        TVector c2 = default, d2 = default;
        TVector c3 = default, d3 = default;
        TVector c4 = default, d4 = default;
        TVector c5 = default, d5 = default;
        TVector c6 = default, d6 = default;
        TVector c7 = default, d7 = default;
        TVector c8 = default, d8 = default;
        TVector c9 = default, d9 = default;
        TVector c10 = default, d10 = default;
        TVector c11 = default, d11 = default;
        TVector c12 = default, d12 = default;
        TVector c13 = default, d13 = default;
        if (sizeof(TLength) > 1)
            Begin<TWidth>(initial + (1 * pitch), ref c1, ref d1);
        if (sizeof(TLength) > 2)
            Begin<TWidth>(initial + (2 * pitch), ref c2, ref d2);
        if (sizeof(TLength) > 3)
            Begin<TWidth>(initial + (3 * pitch), ref c3, ref d3);
        if (sizeof(TLength) > 4)
            Begin<TWidth>(initial + (4 * pitch), ref c4, ref d4);
        if (sizeof(TLength) > 5)
            Begin<TWidth>(initial + (5 * pitch), ref c5, ref d5);
        if (sizeof(TLength) > 6)
            Begin<TWidth>(initial + (6 * pitch), ref c6, ref d6);
        if (sizeof(TLength) > 7)
            Begin<TWidth>(initial + (7 * pitch), ref c7, ref d7);
        if (sizeof(TLength) > 8)
            Begin<TWidth>(initial + (8 * pitch), ref c8, ref d8);
        if (sizeof(TLength) > 9)
            Begin<TWidth>(initial + (9 * pitch), ref c9, ref d9);
        if (sizeof(TLength) > 10)
            Begin<TWidth>(initial + (10 * pitch), ref c10, ref d10);
        if (sizeof(TLength) > 11)
            Begin<TWidth>(initial + (11 * pitch), ref c11, ref d11);
        if (sizeof(TLength) > 12)
            Begin<TWidth>(initial + (12 * pitch), ref c12, ref d12);
        if (sizeof(TLength) > 13)
            Begin<TWidth>(initial + (13 * pitch), ref c13, ref d13);

        float* pixels = run.Pixels, weights = run.Weights, ahead = run.Ahead;
        int* offsets = run.Offsets, end = offsets + run.Count;
        nint aheadStep = run.AheadStep;
        for (; offsets < end; offsets++)
        {
            float* x = pixels + *offsets;
            TVector u = TSimd.Load(weights), v = sizeof(TWidth) > 1 ? TSimd.Load(weights + TSimd.Lanes) : default;
            weights += sizeof(TWidth) * TSimd.Lanes;
            TSimd.Prefetch(ahead);
            ahead += aheadStep;
            Step<TWidth>(x[0], u, v, ref c0, ref d0);
            if (sizeof(TLength) > 1)
                Step<TWidth>(x[1 * Block], u, v, ref c1, ref d1);
            if (sizeof(TLength) > 2)
                Step<TWidth>(x[2 * Block], u, v, ref c2, ref d2);
            if (sizeof(TLength) > 3)
                Step<TWidth>(x[3 * Block], u, v, ref c3, ref d3);
            if (sizeof(TLength) > 4)
                Step<TWidth>(x[4 * Block], u, v, ref c4, ref d4);
            if (sizeof(TLength) > 5)
                Step<TWidth>(x[5 * Block], u, v, ref c5, ref d5);
            if (sizeof(TLength) > 6)
                Step<TWidth>(x[6 * Block], u, v, ref c6, ref d6);
            if (sizeof(TLength) > 7)
                Step<TWidth>(x[7 * Block], u, v, ref c7, ref d7);
            if (sizeof(TLength) > 8)
                Step<TWidth>(x[8 * Block], u, v, ref c8, ref d8);
            if (sizeof(TLength) > 9)
                Step<TWidth>(x[9 * Block], u, v, ref c9, ref d9);
            if (sizeof(TLength) > 10)
                Step<TWidth>(x[10 * Block], u, v, ref c10, ref d10);
            if (sizeof(TLength) > 11)
                Step<TWidth>(x[11 * Block], u, v, ref c11, ref d11);
            if (sizeof(TLength) > 12)
                Step<TWidth>(x[12 * Block], u, v, ref c12, ref d12);
            if (sizeof(TLength) > 13)
                Step<TWidth>(x[13 * Block], u, v, ref c13, ref d13);
        }

        if (run.Sums != null)
        {
            float* sums = run.Sums;
            Keep<TWidth>(sums, 0, c0, d0);
            if (sizeof(TLength) > 1)
                Keep<TWidth>(sums, 1, c1, d1);
            if (sizeof(TLength) > 2)
                Keep<TWidth>(sums, 2, c2, d2);
            if (sizeof(TLength) > 3)
                Keep<TWidth>(sums, 3, c3, d3);
            if (sizeof(TLength) > 4)
                Keep<TWidth>(sums, 4, c4, d4);
            if (sizeof(TLength) > 5)
                Keep<TWidth>(sums, 5, c5, d5);
            if (sizeof(TLength) > 6)
                Keep<TWidth>(sums, 6, c6, d6);
            if (sizeof(TLength) > 7)
                Keep<TWidth>(sums, 7, c7, d7);
            if (sizeof(TLength) > 8)
                Keep<TWidth>(sums, 8, c8, d8);
            if (sizeof(TLength) > 9)
                Keep<TWidth>(sums, 9, c9, d9);
            if (sizeof(TLength) > 10)
                Keep<TWidth>(sums, 10, c10, d10);
            if (sizeof(TLength) > 11)
                Keep<TWidth>(sums, 11, c11, d11);
            if (sizeof(TLength) > 12)
                Keep<TWidth>(sums, 12, c12, d12);
            if (sizeof(TLength) > 13)
                Keep<TWidth>(sums, 13, c13, d13);
            return;
        }

        Finish<TWidth>(run.End, 0, c0, d0);
        if (sizeof(TLength) > 1)
            Finish<TWidth>(run.End, 1, c1, d1);
        if (sizeof(TLength) > 2)
            Finish<TWidth>(run.End, 2, c2, d2);
        if (sizeof(TLength) > 3)
            Finish<TWidth>(run.End, 3, c3, d3);
        if (sizeof(TLength) > 4)
            Finish<TWidth>(run.End, 4, c4, d4);
        if (sizeof(TLength) > 5)
            Finish<TWidth>(run.End, 5, c5, d5);
        if (sizeof(TLength) > 6)
            Finish<TWidth>(run.End, 6, c6, d6);
        if (sizeof(TLength) > 7)
            Finish<TWidth>(run.End, 7, c7, d7);
        if (sizeof(TLength) > 8)
            Finish<TWidth>(run.End, 8, c8, d8);
        if (sizeof(TLength) > 9)
            Finish<TWidth>(run.End, 9, c9, d9);
        if (sizeof(TLength) > 10)
            Finish<TWidth>(run.End, 10, c10, d10);
        if (sizeof(TLength) > 11)
            Finish<TWidth>(run.End, 11, c11, d11);
        if (sizeof(TLength) > 12)
            Finish<TWidth>(run.End, 12, c12, d12);
        if (sizeof(TLength) > 13)
            Finish<TWidth>(run.End, 13, c13, d13);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Begin<TWidth>(float* initial, ref TVector c, ref TVector d)
        where TWidth : unmanaged
    {
        c = TSimd.Load(initial);
        if (sizeof(TWidth) > 1)
            d = TSimd.Load(initial + TSimd.Lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TWidth>(float x, TVector u, TVector v, ref TVector c, ref TVector d)
        where TWidth : unmanaged
    {
        TVector t = TSimd.Broadcast(x);
        c = TSimd.MultiplyAdd(t, u, c);
        if (sizeof(TWidth) > 1)
            d = TSimd.MultiplyAdd(t, v, d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Keep<TWidth>(float* sums, int pixel, TVector c, TVector d)
        where TWidth : unmanaged
    {
        TSimd.Store(c, sums + (pixel * sizeof(TWidth) * TSimd.Lanes));
        if (sizeof(TWidth) > 1)
            TSimd.Store(d, sums + (((pixel * sizeof(TWidth)) + 1) * TSimd.Lanes));
    }

    /// <summary>One pixel's way through the end of a fused step, see <see cref="FinishRun"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<TWidth>(in FinishRun end, int pixel, TVector c, TVector d)
        where TWidth : unmanaged
    {
        if (end.Residual != null)
        {
            float* residual = end.Residual + end.ResidualAt[pixel];
            TVector beforeLow = TSimd.Broadcast(end.BeforeLow), beforeHigh = TSimd.Broadcast(end.BeforeHigh);
            c = TSimd.Add(Clamp(c, beforeLow, beforeHigh), TSimd.Load(residual));
            if (sizeof(TWidth) > 1)
                d = TSimd.Add(Clamp(d, beforeLow, beforeHigh), TSimd.Load(residual + end.ResidualStep));
        }

        TVector low = TSimd.Broadcast(end.AfterLow), high = TSimd.Broadcast(end.AfterHigh);
        c = Clamp(c, low, high);
        if (sizeof(TWidth) > 1)
            d = Clamp(d, low, high);
        if (end.Main != null)
        {
            float* main = end.Main + end.MainAt[pixel];
            TSimd.Store(c, main);
            if (sizeof(TWidth) > 1)
                TSimd.Store(d, main + end.MainStep);
        }

        if (end.Second != null)
        {
            float* second = end.Second + end.SecondAt[pixel];
            low = TSimd.Broadcast(end.SecondLow);
            high = TSimd.Broadcast(end.SecondHigh);
            TSimd.Store(Clamp(TSimd.MultiplyAdd(c, TSimd.Load(end.Scale), TSimd.Load(end.Shift)), low, high), second);
            if (sizeof(TWidth) > 1)
            {
                TVector scale = TSimd.Load(end.Scale + TSimd.Lanes), shift = TSimd.Load(end.Shift + TSimd.Lanes);
                TSimd.Store(Clamp(TSimd.MultiplyAdd(d, scale, shift), low, high), second + end.SecondStep);
            }
        }
    }

    /// <summary>The limits come first, so that a value that is no number stays one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Clamp(TVector value, TVector low, TVector high) => TSimd.Min(high, TSimd.Max(low, value));

    /// <summary>The loops for all lengths, first for panels of one vector, then for those of two.</summary>
    private static delegate*<in StripRun, void>[] AllStrips() =>
    [
        &Strip<Size1, Size1>,
        &Strip<Size2, Size1>,
        &Strip<Size3, Size1>,
        &Strip<Size4, Size1>,
        &Strip<Size5, Size1>,
        &Strip<Size6, Size1>,
        &Strip<Size7, Size1>,
        &Strip<Size8, Size1>,
        &Strip<Size9, Size1>,
        &Strip<Size10, Size1>,
        &Strip<Size11, Size1>,
        &Strip<Size12, Size1>,
        &Strip<Size13, Size1>,
        &Strip<Size14, Size1>,
        &Strip<Size1, Size2>,
        &Strip<Size2, Size2>,
        &Strip<Size3, Size2>,
        &Strip<Size4, Size2>,
        &Strip<Size5, Size2>,
        &Strip<Size6, Size2>,
        &Strip<Size7, Size2>,
        &Strip<Size8, Size2>,
        &Strip<Size9, Size2>,
        &Strip<Size10, Size2>,
        &Strip<Size11, Size2>,
        &Strip<Size12, Size2>,
        &Strip<Size13, Size2>,
        &Strip<Size14, Size2>,
    ];

    [StructLayout(LayoutKind.Sequential, Size = 1)]
    private readonly struct Size1;

    [StructLayout(LayoutKind.Sequential, Size = 2)]
    private readonly struct Size2;

    [StructLayout(LayoutKind.Sequential, Size = 3)]
    private readonly struct Size3;

    [StructLayout(LayoutKind.Sequential, Size = 4)]
    private readonly struct Size4;

    [StructLayout(LayoutKind.Sequential, Size = 5)]
    private readonly struct Size5;

    [StructLayout(LayoutKind.Sequential, Size = 6)]
    private readonly struct Size6;

    [StructLayout(LayoutKind.Sequential, Size = 7)]
    private readonly struct Size7;

    [StructLayout(LayoutKind.Sequential, Size = 8)]
    private readonly struct Size8;

    [StructLayout(LayoutKind.Sequential, Size = 9)]
    private readonly struct Size9;

    [StructLayout(LayoutKind.Sequential, Size = 10)]
    private readonly struct Size10;

    [StructLayout(LayoutKind.Sequential, Size = 11)]
    private readonly struct Size11;

    [StructLayout(LayoutKind.Sequential, Size = 12)]
    private readonly struct Size12;

    [StructLayout(LayoutKind.Sequential, Size = 13)]
    private readonly struct Size13;

    [StructLayout(LayoutKind.Sequential, Size = 14)]
    private readonly struct Size14;

}

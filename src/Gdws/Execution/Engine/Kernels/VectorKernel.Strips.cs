using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Gdws.Execution.Engine.Kernels;

/// <content>
/// The products of strips of 1 to 12 pixels with panels of one or two vectors. Every pixel has two running sums in registers (c and d; 12 pixels take 24 of
/// the 32 registers of AVX-512, 6 pixels 12 of the 16 of AVX2; with more of them the end of a fused step has no registers left). In each step of the loop two vectors of weights (u and v) are loaded once and serve
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
    public override void MultiplyStrip(int pixels, int vectors, in StripRun run)
    {
        switch (pixels, vectors)
        {
            case (1, 1): Strip<Size1, Size1>(run); break;
            case (2, 1): Strip<Size2, Size1>(run); break;
            case (3, 1): Strip<Size3, Size1>(run); break;
            case (4, 1): Strip<Size4, Size1>(run); break;
            case (5, 1): Strip<Size5, Size1>(run); break;
            case (6, 1): Strip<Size6, Size1>(run); break;
            case (7, 1): Strip<Size7, Size1>(run); break;
            case (8, 1): Strip<Size8, Size1>(run); break;
            case (9, 1): Strip<Size9, Size1>(run); break;
            case (10, 1): Strip<Size10, Size1>(run); break;
            case (11, 1): Strip<Size11, Size1>(run); break;
            case (12, 1): Strip<Size12, Size1>(run); break;
            case (1, 2): Strip<Size1, Size2>(run); break;
            case (2, 2): Strip<Size2, Size2>(run); break;
            case (3, 2): Strip<Size3, Size2>(run); break;
            case (4, 2): Strip<Size4, Size2>(run); break;
            case (5, 2): Strip<Size5, Size2>(run); break;
            case (6, 2): Strip<Size6, Size2>(run); break;
            case (7, 2): Strip<Size7, Size2>(run); break;
            case (8, 2): Strip<Size8, Size2>(run); break;
            case (9, 2): Strip<Size9, Size2>(run); break;
            case (10, 2): Strip<Size10, Size2>(run); break;
            case (11, 2): Strip<Size11, Size2>(run); break;
            case (12, 2): Strip<Size12, Size2>(run); break;
            default: throw new ArgumentOutOfRangeException(nameof(pixels), pixels, null);
        }
    }

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
        }

        if (run.Sums != null)
        {
            float* sums = run.Sums;
            Put<TWidth>(sums, TSimd.Lanes, c0, d0);
            if (sizeof(TLength) > 1)
                Put<TWidth>(sums + (1 * sizeof(TWidth) * TSimd.Lanes), TSimd.Lanes, c1, d1);
            if (sizeof(TLength) > 2)
                Put<TWidth>(sums + (2 * sizeof(TWidth) * TSimd.Lanes), TSimd.Lanes, c2, d2);
            if (sizeof(TLength) > 3)
                Put<TWidth>(sums + (3 * sizeof(TWidth) * TSimd.Lanes), TSimd.Lanes, c3, d3);
            if (sizeof(TLength) > 4)
                Put<TWidth>(sums + (4 * sizeof(TWidth) * TSimd.Lanes), TSimd.Lanes, c4, d4);
            if (sizeof(TLength) > 5)
                Put<TWidth>(sums + (5 * sizeof(TWidth) * TSimd.Lanes), TSimd.Lanes, c5, d5);
            if (sizeof(TLength) > 6)
                Put<TWidth>(sums + (6 * sizeof(TWidth) * TSimd.Lanes), TSimd.Lanes, c6, d6);
            if (sizeof(TLength) > 7)
                Put<TWidth>(sums + (7 * sizeof(TWidth) * TSimd.Lanes), TSimd.Lanes, c7, d7);
            if (sizeof(TLength) > 8)
                Put<TWidth>(sums + (8 * sizeof(TWidth) * TSimd.Lanes), TSimd.Lanes, c8, d8);
            if (sizeof(TLength) > 9)
                Put<TWidth>(sums + (9 * sizeof(TWidth) * TSimd.Lanes), TSimd.Lanes, c9, d9);
            if (sizeof(TLength) > 10)
                Put<TWidth>(sums + (10 * sizeof(TWidth) * TSimd.Lanes), TSimd.Lanes, c10, d10);
            if (sizeof(TLength) > 11)
                Put<TWidth>(sums + (11 * sizeof(TWidth) * TSimd.Lanes), TSimd.Lanes, c11, d11);
            return;
        }

        if (run.End.IsPlain)
        {
            float* main = run.End.Main;
            int* mainAt = run.End.MainAt;
            nint mainStep = run.End.MainStep;
            TVector low = TSimd.Broadcast(run.End.AfterLow), high = TSimd.Broadcast(run.End.AfterHigh);
            Put<TWidth>(main + mainAt[0], mainStep, Clamp(c0, low, high), Clamp(d0, low, high));
            if (sizeof(TLength) > 1)
                Put<TWidth>(main + mainAt[1], mainStep, Clamp(c1, low, high), Clamp(d1, low, high));
            if (sizeof(TLength) > 2)
                Put<TWidth>(main + mainAt[2], mainStep, Clamp(c2, low, high), Clamp(d2, low, high));
            if (sizeof(TLength) > 3)
                Put<TWidth>(main + mainAt[3], mainStep, Clamp(c3, low, high), Clamp(d3, low, high));
            if (sizeof(TLength) > 4)
                Put<TWidth>(main + mainAt[4], mainStep, Clamp(c4, low, high), Clamp(d4, low, high));
            if (sizeof(TLength) > 5)
                Put<TWidth>(main + mainAt[5], mainStep, Clamp(c5, low, high), Clamp(d5, low, high));
            if (sizeof(TLength) > 6)
                Put<TWidth>(main + mainAt[6], mainStep, Clamp(c6, low, high), Clamp(d6, low, high));
            if (sizeof(TLength) > 7)
                Put<TWidth>(main + mainAt[7], mainStep, Clamp(c7, low, high), Clamp(d7, low, high));
            if (sizeof(TLength) > 8)
                Put<TWidth>(main + mainAt[8], mainStep, Clamp(c8, low, high), Clamp(d8, low, high));
            if (sizeof(TLength) > 9)
                Put<TWidth>(main + mainAt[9], mainStep, Clamp(c9, low, high), Clamp(d9, low, high));
            if (sizeof(TLength) > 10)
                Put<TWidth>(main + mainAt[10], mainStep, Clamp(c10, low, high), Clamp(d10, low, high));
            if (sizeof(TLength) > 11)
                Put<TWidth>(main + mainAt[11], mainStep, Clamp(c11, low, high), Clamp(d11, low, high));
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
        d = Clamp(d, low, high);
        if (end.Main != null)
            Put<TWidth>(end.Main + end.MainAt[pixel], end.MainStep, c, d);
        if (end.Second != null)
        {
            low = TSimd.Broadcast(end.SecondLow);
            high = TSimd.Broadcast(end.SecondHigh);
            c = TSimd.MultiplyAdd(c, TSimd.Load(end.Scale), TSimd.Load(end.Shift));
            if (sizeof(TWidth) > 1)
                d = TSimd.MultiplyAdd(d, TSimd.Load(end.Scale + TSimd.Lanes), TSimd.Load(end.Shift + TSimd.Lanes));
            Put<TWidth>(end.Second + end.SecondAt[pixel], end.SecondStep, Clamp(c, low, high), Clamp(d, low, high));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<TWidth>(float* to, nint step, TVector c, TVector d)
        where TWidth : unmanaged
    {
        TSimd.Store(c, to);
        if (sizeof(TWidth) > 1)
            TSimd.Store(d, to + step);
    }

    /// <summary>The limits come first, so that a value that is no number stays one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Clamp(TVector value, TVector low, TVector high) => TSimd.Min(high, TSimd.Max(low, value));

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

}

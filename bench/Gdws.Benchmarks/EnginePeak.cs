using System.Diagnostics;
using System.Runtime.Intrinsics;

namespace Gdws.Benchmarks;

/// <summary>What one core can do at best.</summary>
internal static class EnginePeak
{
    private const int Turns = 40;

    /// <summary>Multiply-accumulates a second (in 10⁹) of nothing but multiply-adds in registers.</summary>
    public static double Measure()
    {
        const int rounds = 2_000_000, sums = 12;
        double best = double.MaxValue;
        for (int turn = 0; turn < Turns; turn++)
        {
            Stopwatch watch = Stopwatch.StartNew();
            GC.KeepAlive(MultiplyAdds(rounds));
            best = Math.Min(best, watch.Elapsed.TotalSeconds);
        }

        int lanes = Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 4;
        return (double)rounds * sums * lanes / best / 1e9;
    }

    private static object MultiplyAdds(int rounds) =>
        Vector512.IsHardwareAccelerated ? MultiplyAdds512(rounds) : Vector256.IsHardwareAccelerated ? MultiplyAdds256(rounds) : MultiplyAdds128(rounds);

    private static Vector512<float> MultiplyAdds512(int rounds)
    {
        Vector512<float> x = Vector512.Create(0.5f), y = Vector512.Create(0.25f);
        Vector512<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int round = 0; round < rounds; round++)
        {
            a = Vector512.FusedMultiplyAdd(a, x, y);
            b = Vector512.FusedMultiplyAdd(b, x, y);
            c = Vector512.FusedMultiplyAdd(c, x, y);
            d = Vector512.FusedMultiplyAdd(d, x, y);
            e = Vector512.FusedMultiplyAdd(e, x, y);
            f = Vector512.FusedMultiplyAdd(f, x, y);
            g = Vector512.FusedMultiplyAdd(g, x, y);
            h = Vector512.FusedMultiplyAdd(h, x, y);
            i = Vector512.FusedMultiplyAdd(i, x, y);
            j = Vector512.FusedMultiplyAdd(j, x, y);
            k = Vector512.FusedMultiplyAdd(k, x, y);
            l = Vector512.FusedMultiplyAdd(l, x, y);
        }

        return a + b + c + d + e + f + g + h + i + j + k + l;
    }

    private static Vector256<float> MultiplyAdds256(int rounds)
    {
        Vector256<float> x = Vector256.Create(0.5f), y = Vector256.Create(0.25f);
        Vector256<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int round = 0; round < rounds; round++)
        {
            a = Vector256.FusedMultiplyAdd(a, x, y);
            b = Vector256.FusedMultiplyAdd(b, x, y);
            c = Vector256.FusedMultiplyAdd(c, x, y);
            d = Vector256.FusedMultiplyAdd(d, x, y);
            e = Vector256.FusedMultiplyAdd(e, x, y);
            f = Vector256.FusedMultiplyAdd(f, x, y);
            g = Vector256.FusedMultiplyAdd(g, x, y);
            h = Vector256.FusedMultiplyAdd(h, x, y);
            i = Vector256.FusedMultiplyAdd(i, x, y);
            j = Vector256.FusedMultiplyAdd(j, x, y);
            k = Vector256.FusedMultiplyAdd(k, x, y);
            l = Vector256.FusedMultiplyAdd(l, x, y);
        }

        return a + b + c + d + e + f + g + h + i + j + k + l;
    }

    private static Vector128<float> MultiplyAdds128(int rounds)
    {
        Vector128<float> x = Vector128.Create(0.5f), y = Vector128.Create(0.25f);
        Vector128<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int round = 0; round < rounds; round++)
        {
            a = (a * x) + y;
            b = (b * x) + y;
            c = (c * x) + y;
            d = (d * x) + y;
            e = (e * x) + y;
            f = (f * x) + y;
            g = (g * x) + y;
            h = (h * x) + y;
            i = (i * x) + y;
            j = (j * x) + y;
            k = (k * x) + y;
            l = (l * x) + y;
        }

        return a + b + c + d + e + f + g + h + i + j + k + l;
    }
}

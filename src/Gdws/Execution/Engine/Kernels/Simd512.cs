using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Gdws.Execution.Engine.Kernels;

/// <summary>Vectors of 512 bits.</summary>
internal readonly unsafe struct Simd512 : ISimd<Vector512<float>>
{
    public static int Lanes => 16;

    public static bool SelectsLanes => Avx512F.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* from) => Vector512.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> vector, float* to) => vector.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(float* address)
    {
        if (Sse.IsSupported)
            Sse.Prefetch1(address);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c) => Vector512.MultiplyAddEstimate(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Subtract(Vector512<float> a, Vector512<float> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Multiply(Vector512<float> a, Vector512<float> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Divide(Vector512<float> a, Vector512<float> b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Max(Vector512<float> a, Vector512<float> b) => Vector512.MaxNative(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Min(Vector512<float> a, Vector512<float> b) => Vector512.MinNative(a, b);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Select(float* input, long* blocks, int* lanes, int count, float* output, int pixels)
    {
        if (!Avx512F.IsSupported)
        {
            LaneGather.Select(input, blocks, lanes, count, output, pixels);
            return;
        }

        // The first two blocks at once: an index from 16 on means the second one.
        Vector512<int> first = Vector512.Load(lanes), second = count > 1 ? Vector512.Load(lanes + Kernel.Block) : Vector512.Create(-1);
        Vector512<int> index = Vector512.ConditionalSelect(Vector512.GreaterThanOrEqual(second, Vector512<int>.Zero), second + Vector512.Create(Kernel.Block), first);
        float* a = input + blocks[0], b = input + blocks[count > 1 ? 1 : 0];
        for (int pixel = 0; pixel < pixels; pixel++, a += Kernel.Block, b += Kernel.Block)
            Avx512F.PermuteVar16x32x2(Vector512.Load(a), index, Vector512.Load(b)).Store(output + ((nint)pixel * Kernel.Block));

        for (int source = 2; source < count; source++)
        {
            Vector512<int> chosen = Vector512.Load(lanes + (source * Kernel.Block));
            Vector512<float> mask = Vector512.GreaterThanOrEqual(chosen, Vector512<int>.Zero).AsSingle();
            float* from = input + blocks[source], to = output;
            for (int pixel = 0; pixel < pixels; pixel++, from += Kernel.Block, to += Kernel.Block)
                Vector512.ConditionalSelect(mask, Avx512F.PermuteVar16x32(Vector512.Load(from), chosen), Vector512.Load(to)).Store(to);
        }
    }
}

using System.Runtime.CompilerServices;

namespace Gdws.Execution.Engine.Kernels;

/// <content>
/// The products of strips of 2 to 14 pixels. Every pixel has two running sums in registers (c and d; 14 pixels take 28 of the 32 registers
/// of AVX-512, 6 pixels 12 of the 16 of AVX2); in each step of the loop two vectors of weights are loaded once and serve all pixels,
/// whose values are broadcast one by one. The variables are spelled out because only then do they stay in registers.
/// </content>
internal sealed unsafe partial class VectorKernel<TVector, TSimd>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Strip14(float* pixels, int* offsets, int count, float* weights, float* initial, nint pitch, float* results)
    {
        TVector c0 = TSimd.Load(initial + (0 * pitch)), d0 = TSimd.Load(initial + (0 * pitch) + TSimd.Lanes);
        TVector c1 = TSimd.Load(initial + (1 * pitch)), d1 = TSimd.Load(initial + (1 * pitch) + TSimd.Lanes);
        TVector c2 = TSimd.Load(initial + (2 * pitch)), d2 = TSimd.Load(initial + (2 * pitch) + TSimd.Lanes);
        TVector c3 = TSimd.Load(initial + (3 * pitch)), d3 = TSimd.Load(initial + (3 * pitch) + TSimd.Lanes);
        TVector c4 = TSimd.Load(initial + (4 * pitch)), d4 = TSimd.Load(initial + (4 * pitch) + TSimd.Lanes);
        TVector c5 = TSimd.Load(initial + (5 * pitch)), d5 = TSimd.Load(initial + (5 * pitch) + TSimd.Lanes);
        TVector c6 = TSimd.Load(initial + (6 * pitch)), d6 = TSimd.Load(initial + (6 * pitch) + TSimd.Lanes);
        TVector c7 = TSimd.Load(initial + (7 * pitch)), d7 = TSimd.Load(initial + (7 * pitch) + TSimd.Lanes);
        TVector c8 = TSimd.Load(initial + (8 * pitch)), d8 = TSimd.Load(initial + (8 * pitch) + TSimd.Lanes);
        TVector c9 = TSimd.Load(initial + (9 * pitch)), d9 = TSimd.Load(initial + (9 * pitch) + TSimd.Lanes);
        TVector c10 = TSimd.Load(initial + (10 * pitch)), d10 = TSimd.Load(initial + (10 * pitch) + TSimd.Lanes);
        TVector c11 = TSimd.Load(initial + (11 * pitch)), d11 = TSimd.Load(initial + (11 * pitch) + TSimd.Lanes);
        TVector c12 = TSimd.Load(initial + (12 * pitch)), d12 = TSimd.Load(initial + (12 * pitch) + TSimd.Lanes);
        TVector c13 = TSimd.Load(initial + (13 * pitch)), d13 = TSimd.Load(initial + (13 * pitch) + TSimd.Lanes);
        for (int k = 0; k < count; k++)
        {
            float* x = pixels + offsets[k];
            TVector u = TSimd.Load(weights), v = TSimd.Load(weights + TSimd.Lanes);
            weights += 2 * TSimd.Lanes;
            TVector t = TSimd.Broadcast(x[0]);
            c0 = TSimd.MultiplyAdd(t, u, c0);
            d0 = TSimd.MultiplyAdd(t, v, d0);
            t = TSimd.Broadcast(x[1 * Block]);
            c1 = TSimd.MultiplyAdd(t, u, c1);
            d1 = TSimd.MultiplyAdd(t, v, d1);
            t = TSimd.Broadcast(x[2 * Block]);
            c2 = TSimd.MultiplyAdd(t, u, c2);
            d2 = TSimd.MultiplyAdd(t, v, d2);
            t = TSimd.Broadcast(x[3 * Block]);
            c3 = TSimd.MultiplyAdd(t, u, c3);
            d3 = TSimd.MultiplyAdd(t, v, d3);
            t = TSimd.Broadcast(x[4 * Block]);
            c4 = TSimd.MultiplyAdd(t, u, c4);
            d4 = TSimd.MultiplyAdd(t, v, d4);
            t = TSimd.Broadcast(x[5 * Block]);
            c5 = TSimd.MultiplyAdd(t, u, c5);
            d5 = TSimd.MultiplyAdd(t, v, d5);
            t = TSimd.Broadcast(x[6 * Block]);
            c6 = TSimd.MultiplyAdd(t, u, c6);
            d6 = TSimd.MultiplyAdd(t, v, d6);
            t = TSimd.Broadcast(x[7 * Block]);
            c7 = TSimd.MultiplyAdd(t, u, c7);
            d7 = TSimd.MultiplyAdd(t, v, d7);
            t = TSimd.Broadcast(x[8 * Block]);
            c8 = TSimd.MultiplyAdd(t, u, c8);
            d8 = TSimd.MultiplyAdd(t, v, d8);
            t = TSimd.Broadcast(x[9 * Block]);
            c9 = TSimd.MultiplyAdd(t, u, c9);
            d9 = TSimd.MultiplyAdd(t, v, d9);
            t = TSimd.Broadcast(x[10 * Block]);
            c10 = TSimd.MultiplyAdd(t, u, c10);
            d10 = TSimd.MultiplyAdd(t, v, d10);
            t = TSimd.Broadcast(x[11 * Block]);
            c11 = TSimd.MultiplyAdd(t, u, c11);
            d11 = TSimd.MultiplyAdd(t, v, d11);
            t = TSimd.Broadcast(x[12 * Block]);
            c12 = TSimd.MultiplyAdd(t, u, c12);
            d12 = TSimd.MultiplyAdd(t, v, d12);
            t = TSimd.Broadcast(x[13 * Block]);
            c13 = TSimd.MultiplyAdd(t, u, c13);
            d13 = TSimd.MultiplyAdd(t, v, d13);
        }

        Put(results, 0, c0, d0);
        Put(results, 1, c1, d1);
        Put(results, 2, c2, d2);
        Put(results, 3, c3, d3);
        Put(results, 4, c4, d4);
        Put(results, 5, c5, d5);
        Put(results, 6, c6, d6);
        Put(results, 7, c7, d7);
        Put(results, 8, c8, d8);
        Put(results, 9, c9, d9);
        Put(results, 10, c10, d10);
        Put(results, 11, c11, d11);
        Put(results, 12, c12, d12);
        Put(results, 13, c13, d13);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Strip12(float* pixels, int* offsets, int count, float* weights, float* initial, nint pitch, float* results)
    {
        TVector c0 = TSimd.Load(initial + (0 * pitch)), d0 = TSimd.Load(initial + (0 * pitch) + TSimd.Lanes);
        TVector c1 = TSimd.Load(initial + (1 * pitch)), d1 = TSimd.Load(initial + (1 * pitch) + TSimd.Lanes);
        TVector c2 = TSimd.Load(initial + (2 * pitch)), d2 = TSimd.Load(initial + (2 * pitch) + TSimd.Lanes);
        TVector c3 = TSimd.Load(initial + (3 * pitch)), d3 = TSimd.Load(initial + (3 * pitch) + TSimd.Lanes);
        TVector c4 = TSimd.Load(initial + (4 * pitch)), d4 = TSimd.Load(initial + (4 * pitch) + TSimd.Lanes);
        TVector c5 = TSimd.Load(initial + (5 * pitch)), d5 = TSimd.Load(initial + (5 * pitch) + TSimd.Lanes);
        TVector c6 = TSimd.Load(initial + (6 * pitch)), d6 = TSimd.Load(initial + (6 * pitch) + TSimd.Lanes);
        TVector c7 = TSimd.Load(initial + (7 * pitch)), d7 = TSimd.Load(initial + (7 * pitch) + TSimd.Lanes);
        TVector c8 = TSimd.Load(initial + (8 * pitch)), d8 = TSimd.Load(initial + (8 * pitch) + TSimd.Lanes);
        TVector c9 = TSimd.Load(initial + (9 * pitch)), d9 = TSimd.Load(initial + (9 * pitch) + TSimd.Lanes);
        TVector c10 = TSimd.Load(initial + (10 * pitch)), d10 = TSimd.Load(initial + (10 * pitch) + TSimd.Lanes);
        TVector c11 = TSimd.Load(initial + (11 * pitch)), d11 = TSimd.Load(initial + (11 * pitch) + TSimd.Lanes);
        for (int k = 0; k < count; k++)
        {
            float* x = pixels + offsets[k];
            TVector u = TSimd.Load(weights), v = TSimd.Load(weights + TSimd.Lanes);
            weights += 2 * TSimd.Lanes;
            TVector t = TSimd.Broadcast(x[0]);
            c0 = TSimd.MultiplyAdd(t, u, c0);
            d0 = TSimd.MultiplyAdd(t, v, d0);
            t = TSimd.Broadcast(x[1 * Block]);
            c1 = TSimd.MultiplyAdd(t, u, c1);
            d1 = TSimd.MultiplyAdd(t, v, d1);
            t = TSimd.Broadcast(x[2 * Block]);
            c2 = TSimd.MultiplyAdd(t, u, c2);
            d2 = TSimd.MultiplyAdd(t, v, d2);
            t = TSimd.Broadcast(x[3 * Block]);
            c3 = TSimd.MultiplyAdd(t, u, c3);
            d3 = TSimd.MultiplyAdd(t, v, d3);
            t = TSimd.Broadcast(x[4 * Block]);
            c4 = TSimd.MultiplyAdd(t, u, c4);
            d4 = TSimd.MultiplyAdd(t, v, d4);
            t = TSimd.Broadcast(x[5 * Block]);
            c5 = TSimd.MultiplyAdd(t, u, c5);
            d5 = TSimd.MultiplyAdd(t, v, d5);
            t = TSimd.Broadcast(x[6 * Block]);
            c6 = TSimd.MultiplyAdd(t, u, c6);
            d6 = TSimd.MultiplyAdd(t, v, d6);
            t = TSimd.Broadcast(x[7 * Block]);
            c7 = TSimd.MultiplyAdd(t, u, c7);
            d7 = TSimd.MultiplyAdd(t, v, d7);
            t = TSimd.Broadcast(x[8 * Block]);
            c8 = TSimd.MultiplyAdd(t, u, c8);
            d8 = TSimd.MultiplyAdd(t, v, d8);
            t = TSimd.Broadcast(x[9 * Block]);
            c9 = TSimd.MultiplyAdd(t, u, c9);
            d9 = TSimd.MultiplyAdd(t, v, d9);
            t = TSimd.Broadcast(x[10 * Block]);
            c10 = TSimd.MultiplyAdd(t, u, c10);
            d10 = TSimd.MultiplyAdd(t, v, d10);
            t = TSimd.Broadcast(x[11 * Block]);
            c11 = TSimd.MultiplyAdd(t, u, c11);
            d11 = TSimd.MultiplyAdd(t, v, d11);
        }

        Put(results, 0, c0, d0);
        Put(results, 1, c1, d1);
        Put(results, 2, c2, d2);
        Put(results, 3, c3, d3);
        Put(results, 4, c4, d4);
        Put(results, 5, c5, d5);
        Put(results, 6, c6, d6);
        Put(results, 7, c7, d7);
        Put(results, 8, c8, d8);
        Put(results, 9, c9, d9);
        Put(results, 10, c10, d10);
        Put(results, 11, c11, d11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Strip10(float* pixels, int* offsets, int count, float* weights, float* initial, nint pitch, float* results)
    {
        TVector c0 = TSimd.Load(initial + (0 * pitch)), d0 = TSimd.Load(initial + (0 * pitch) + TSimd.Lanes);
        TVector c1 = TSimd.Load(initial + (1 * pitch)), d1 = TSimd.Load(initial + (1 * pitch) + TSimd.Lanes);
        TVector c2 = TSimd.Load(initial + (2 * pitch)), d2 = TSimd.Load(initial + (2 * pitch) + TSimd.Lanes);
        TVector c3 = TSimd.Load(initial + (3 * pitch)), d3 = TSimd.Load(initial + (3 * pitch) + TSimd.Lanes);
        TVector c4 = TSimd.Load(initial + (4 * pitch)), d4 = TSimd.Load(initial + (4 * pitch) + TSimd.Lanes);
        TVector c5 = TSimd.Load(initial + (5 * pitch)), d5 = TSimd.Load(initial + (5 * pitch) + TSimd.Lanes);
        TVector c6 = TSimd.Load(initial + (6 * pitch)), d6 = TSimd.Load(initial + (6 * pitch) + TSimd.Lanes);
        TVector c7 = TSimd.Load(initial + (7 * pitch)), d7 = TSimd.Load(initial + (7 * pitch) + TSimd.Lanes);
        TVector c8 = TSimd.Load(initial + (8 * pitch)), d8 = TSimd.Load(initial + (8 * pitch) + TSimd.Lanes);
        TVector c9 = TSimd.Load(initial + (9 * pitch)), d9 = TSimd.Load(initial + (9 * pitch) + TSimd.Lanes);
        for (int k = 0; k < count; k++)
        {
            float* x = pixels + offsets[k];
            TVector u = TSimd.Load(weights), v = TSimd.Load(weights + TSimd.Lanes);
            weights += 2 * TSimd.Lanes;
            TVector t = TSimd.Broadcast(x[0]);
            c0 = TSimd.MultiplyAdd(t, u, c0);
            d0 = TSimd.MultiplyAdd(t, v, d0);
            t = TSimd.Broadcast(x[1 * Block]);
            c1 = TSimd.MultiplyAdd(t, u, c1);
            d1 = TSimd.MultiplyAdd(t, v, d1);
            t = TSimd.Broadcast(x[2 * Block]);
            c2 = TSimd.MultiplyAdd(t, u, c2);
            d2 = TSimd.MultiplyAdd(t, v, d2);
            t = TSimd.Broadcast(x[3 * Block]);
            c3 = TSimd.MultiplyAdd(t, u, c3);
            d3 = TSimd.MultiplyAdd(t, v, d3);
            t = TSimd.Broadcast(x[4 * Block]);
            c4 = TSimd.MultiplyAdd(t, u, c4);
            d4 = TSimd.MultiplyAdd(t, v, d4);
            t = TSimd.Broadcast(x[5 * Block]);
            c5 = TSimd.MultiplyAdd(t, u, c5);
            d5 = TSimd.MultiplyAdd(t, v, d5);
            t = TSimd.Broadcast(x[6 * Block]);
            c6 = TSimd.MultiplyAdd(t, u, c6);
            d6 = TSimd.MultiplyAdd(t, v, d6);
            t = TSimd.Broadcast(x[7 * Block]);
            c7 = TSimd.MultiplyAdd(t, u, c7);
            d7 = TSimd.MultiplyAdd(t, v, d7);
            t = TSimd.Broadcast(x[8 * Block]);
            c8 = TSimd.MultiplyAdd(t, u, c8);
            d8 = TSimd.MultiplyAdd(t, v, d8);
            t = TSimd.Broadcast(x[9 * Block]);
            c9 = TSimd.MultiplyAdd(t, u, c9);
            d9 = TSimd.MultiplyAdd(t, v, d9);
        }

        Put(results, 0, c0, d0);
        Put(results, 1, c1, d1);
        Put(results, 2, c2, d2);
        Put(results, 3, c3, d3);
        Put(results, 4, c4, d4);
        Put(results, 5, c5, d5);
        Put(results, 6, c6, d6);
        Put(results, 7, c7, d7);
        Put(results, 8, c8, d8);
        Put(results, 9, c9, d9);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Strip8(float* pixels, int* offsets, int count, float* weights, float* initial, nint pitch, float* results)
    {
        TVector c0 = TSimd.Load(initial + (0 * pitch)), d0 = TSimd.Load(initial + (0 * pitch) + TSimd.Lanes);
        TVector c1 = TSimd.Load(initial + (1 * pitch)), d1 = TSimd.Load(initial + (1 * pitch) + TSimd.Lanes);
        TVector c2 = TSimd.Load(initial + (2 * pitch)), d2 = TSimd.Load(initial + (2 * pitch) + TSimd.Lanes);
        TVector c3 = TSimd.Load(initial + (3 * pitch)), d3 = TSimd.Load(initial + (3 * pitch) + TSimd.Lanes);
        TVector c4 = TSimd.Load(initial + (4 * pitch)), d4 = TSimd.Load(initial + (4 * pitch) + TSimd.Lanes);
        TVector c5 = TSimd.Load(initial + (5 * pitch)), d5 = TSimd.Load(initial + (5 * pitch) + TSimd.Lanes);
        TVector c6 = TSimd.Load(initial + (6 * pitch)), d6 = TSimd.Load(initial + (6 * pitch) + TSimd.Lanes);
        TVector c7 = TSimd.Load(initial + (7 * pitch)), d7 = TSimd.Load(initial + (7 * pitch) + TSimd.Lanes);
        for (int k = 0; k < count; k++)
        {
            float* x = pixels + offsets[k];
            TVector u = TSimd.Load(weights), v = TSimd.Load(weights + TSimd.Lanes);
            weights += 2 * TSimd.Lanes;
            TVector t = TSimd.Broadcast(x[0]);
            c0 = TSimd.MultiplyAdd(t, u, c0);
            d0 = TSimd.MultiplyAdd(t, v, d0);
            t = TSimd.Broadcast(x[1 * Block]);
            c1 = TSimd.MultiplyAdd(t, u, c1);
            d1 = TSimd.MultiplyAdd(t, v, d1);
            t = TSimd.Broadcast(x[2 * Block]);
            c2 = TSimd.MultiplyAdd(t, u, c2);
            d2 = TSimd.MultiplyAdd(t, v, d2);
            t = TSimd.Broadcast(x[3 * Block]);
            c3 = TSimd.MultiplyAdd(t, u, c3);
            d3 = TSimd.MultiplyAdd(t, v, d3);
            t = TSimd.Broadcast(x[4 * Block]);
            c4 = TSimd.MultiplyAdd(t, u, c4);
            d4 = TSimd.MultiplyAdd(t, v, d4);
            t = TSimd.Broadcast(x[5 * Block]);
            c5 = TSimd.MultiplyAdd(t, u, c5);
            d5 = TSimd.MultiplyAdd(t, v, d5);
            t = TSimd.Broadcast(x[6 * Block]);
            c6 = TSimd.MultiplyAdd(t, u, c6);
            d6 = TSimd.MultiplyAdd(t, v, d6);
            t = TSimd.Broadcast(x[7 * Block]);
            c7 = TSimd.MultiplyAdd(t, u, c7);
            d7 = TSimd.MultiplyAdd(t, v, d7);
        }

        Put(results, 0, c0, d0);
        Put(results, 1, c1, d1);
        Put(results, 2, c2, d2);
        Put(results, 3, c3, d3);
        Put(results, 4, c4, d4);
        Put(results, 5, c5, d5);
        Put(results, 6, c6, d6);
        Put(results, 7, c7, d7);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Strip6(float* pixels, int* offsets, int count, float* weights, float* initial, nint pitch, float* results)
    {
        TVector c0 = TSimd.Load(initial + (0 * pitch)), d0 = TSimd.Load(initial + (0 * pitch) + TSimd.Lanes);
        TVector c1 = TSimd.Load(initial + (1 * pitch)), d1 = TSimd.Load(initial + (1 * pitch) + TSimd.Lanes);
        TVector c2 = TSimd.Load(initial + (2 * pitch)), d2 = TSimd.Load(initial + (2 * pitch) + TSimd.Lanes);
        TVector c3 = TSimd.Load(initial + (3 * pitch)), d3 = TSimd.Load(initial + (3 * pitch) + TSimd.Lanes);
        TVector c4 = TSimd.Load(initial + (4 * pitch)), d4 = TSimd.Load(initial + (4 * pitch) + TSimd.Lanes);
        TVector c5 = TSimd.Load(initial + (5 * pitch)), d5 = TSimd.Load(initial + (5 * pitch) + TSimd.Lanes);
        for (int k = 0; k < count; k++)
        {
            float* x = pixels + offsets[k];
            TVector u = TSimd.Load(weights), v = TSimd.Load(weights + TSimd.Lanes);
            weights += 2 * TSimd.Lanes;
            TVector t = TSimd.Broadcast(x[0]);
            c0 = TSimd.MultiplyAdd(t, u, c0);
            d0 = TSimd.MultiplyAdd(t, v, d0);
            t = TSimd.Broadcast(x[1 * Block]);
            c1 = TSimd.MultiplyAdd(t, u, c1);
            d1 = TSimd.MultiplyAdd(t, v, d1);
            t = TSimd.Broadcast(x[2 * Block]);
            c2 = TSimd.MultiplyAdd(t, u, c2);
            d2 = TSimd.MultiplyAdd(t, v, d2);
            t = TSimd.Broadcast(x[3 * Block]);
            c3 = TSimd.MultiplyAdd(t, u, c3);
            d3 = TSimd.MultiplyAdd(t, v, d3);
            t = TSimd.Broadcast(x[4 * Block]);
            c4 = TSimd.MultiplyAdd(t, u, c4);
            d4 = TSimd.MultiplyAdd(t, v, d4);
            t = TSimd.Broadcast(x[5 * Block]);
            c5 = TSimd.MultiplyAdd(t, u, c5);
            d5 = TSimd.MultiplyAdd(t, v, d5);
        }

        Put(results, 0, c0, d0);
        Put(results, 1, c1, d1);
        Put(results, 2, c2, d2);
        Put(results, 3, c3, d3);
        Put(results, 4, c4, d4);
        Put(results, 5, c5, d5);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Strip4(float* pixels, int* offsets, int count, float* weights, float* initial, nint pitch, float* results)
    {
        TVector c0 = TSimd.Load(initial + (0 * pitch)), d0 = TSimd.Load(initial + (0 * pitch) + TSimd.Lanes);
        TVector c1 = TSimd.Load(initial + (1 * pitch)), d1 = TSimd.Load(initial + (1 * pitch) + TSimd.Lanes);
        TVector c2 = TSimd.Load(initial + (2 * pitch)), d2 = TSimd.Load(initial + (2 * pitch) + TSimd.Lanes);
        TVector c3 = TSimd.Load(initial + (3 * pitch)), d3 = TSimd.Load(initial + (3 * pitch) + TSimd.Lanes);
        for (int k = 0; k < count; k++)
        {
            float* x = pixels + offsets[k];
            TVector u = TSimd.Load(weights), v = TSimd.Load(weights + TSimd.Lanes);
            weights += 2 * TSimd.Lanes;
            TVector t = TSimd.Broadcast(x[0]);
            c0 = TSimd.MultiplyAdd(t, u, c0);
            d0 = TSimd.MultiplyAdd(t, v, d0);
            t = TSimd.Broadcast(x[1 * Block]);
            c1 = TSimd.MultiplyAdd(t, u, c1);
            d1 = TSimd.MultiplyAdd(t, v, d1);
            t = TSimd.Broadcast(x[2 * Block]);
            c2 = TSimd.MultiplyAdd(t, u, c2);
            d2 = TSimd.MultiplyAdd(t, v, d2);
            t = TSimd.Broadcast(x[3 * Block]);
            c3 = TSimd.MultiplyAdd(t, u, c3);
            d3 = TSimd.MultiplyAdd(t, v, d3);
        }

        Put(results, 0, c0, d0);
        Put(results, 1, c1, d1);
        Put(results, 2, c2, d2);
        Put(results, 3, c3, d3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Strip2(float* pixels, int* offsets, int count, float* weights, float* initial, nint pitch, float* results)
    {
        TVector c0 = TSimd.Load(initial + (0 * pitch)), d0 = TSimd.Load(initial + (0 * pitch) + TSimd.Lanes);
        TVector c1 = TSimd.Load(initial + (1 * pitch)), d1 = TSimd.Load(initial + (1 * pitch) + TSimd.Lanes);
        for (int k = 0; k < count; k++)
        {
            float* x = pixels + offsets[k];
            TVector u = TSimd.Load(weights), v = TSimd.Load(weights + TSimd.Lanes);
            weights += 2 * TSimd.Lanes;
            TVector t = TSimd.Broadcast(x[0]);
            c0 = TSimd.MultiplyAdd(t, u, c0);
            d0 = TSimd.MultiplyAdd(t, v, d0);
            t = TSimd.Broadcast(x[1 * Block]);
            c1 = TSimd.MultiplyAdd(t, u, c1);
            d1 = TSimd.MultiplyAdd(t, v, d1);
        }

        Put(results, 0, c0, d0);
        Put(results, 1, c1, d1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* results, int pixel, TVector c, TVector d)
    {
        TSimd.Store(c, results + (pixel * 2 * TSimd.Lanes));
        TSimd.Store(d, results + (((pixel * 2) + 1) * TSimd.Lanes));
    }
}

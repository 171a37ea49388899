using System.Runtime.CompilerServices;

namespace Gdws.Execution.Engine.Kernels;

/// <content>
/// The same products where only one vector of output channels is left: networks with 16 channels, and the last channels of others.
/// </content>
internal sealed unsafe partial class VectorKernel<TVector, TSimd>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow14(float* pixels, int* offsets, int count, float* weights, float* initial, nint pitch, float* results)
    {
        TVector c0 = TSimd.Load(initial + (0 * pitch)), c1 = TSimd.Load(initial + (1 * pitch));
        TVector c2 = TSimd.Load(initial + (2 * pitch)), c3 = TSimd.Load(initial + (3 * pitch));
        TVector c4 = TSimd.Load(initial + (4 * pitch)), c5 = TSimd.Load(initial + (5 * pitch));
        TVector c6 = TSimd.Load(initial + (6 * pitch)), c7 = TSimd.Load(initial + (7 * pitch));
        TVector c8 = TSimd.Load(initial + (8 * pitch)), c9 = TSimd.Load(initial + (9 * pitch));
        TVector c10 = TSimd.Load(initial + (10 * pitch)), c11 = TSimd.Load(initial + (11 * pitch));
        TVector c12 = TSimd.Load(initial + (12 * pitch)), c13 = TSimd.Load(initial + (13 * pitch));
        for (int k = 0; k < count; k++, weights += TSimd.Lanes)
        {
            float* x = pixels + offsets[k];
            TVector u = TSimd.Load(weights);
            c0 = TSimd.MultiplyAdd(TSimd.Broadcast(x[0 * Block]), u, c0);
            c1 = TSimd.MultiplyAdd(TSimd.Broadcast(x[1 * Block]), u, c1);
            c2 = TSimd.MultiplyAdd(TSimd.Broadcast(x[2 * Block]), u, c2);
            c3 = TSimd.MultiplyAdd(TSimd.Broadcast(x[3 * Block]), u, c3);
            c4 = TSimd.MultiplyAdd(TSimd.Broadcast(x[4 * Block]), u, c4);
            c5 = TSimd.MultiplyAdd(TSimd.Broadcast(x[5 * Block]), u, c5);
            c6 = TSimd.MultiplyAdd(TSimd.Broadcast(x[6 * Block]), u, c6);
            c7 = TSimd.MultiplyAdd(TSimd.Broadcast(x[7 * Block]), u, c7);
            c8 = TSimd.MultiplyAdd(TSimd.Broadcast(x[8 * Block]), u, c8);
            c9 = TSimd.MultiplyAdd(TSimd.Broadcast(x[9 * Block]), u, c9);
            c10 = TSimd.MultiplyAdd(TSimd.Broadcast(x[10 * Block]), u, c10);
            c11 = TSimd.MultiplyAdd(TSimd.Broadcast(x[11 * Block]), u, c11);
            c12 = TSimd.MultiplyAdd(TSimd.Broadcast(x[12 * Block]), u, c12);
            c13 = TSimd.MultiplyAdd(TSimd.Broadcast(x[13 * Block]), u, c13);
        }

        TSimd.Store(c0, results + (0 * TSimd.Lanes));
        TSimd.Store(c1, results + (1 * TSimd.Lanes));
        TSimd.Store(c2, results + (2 * TSimd.Lanes));
        TSimd.Store(c3, results + (3 * TSimd.Lanes));
        TSimd.Store(c4, results + (4 * TSimd.Lanes));
        TSimd.Store(c5, results + (5 * TSimd.Lanes));
        TSimd.Store(c6, results + (6 * TSimd.Lanes));
        TSimd.Store(c7, results + (7 * TSimd.Lanes));
        TSimd.Store(c8, results + (8 * TSimd.Lanes));
        TSimd.Store(c9, results + (9 * TSimd.Lanes));
        TSimd.Store(c10, results + (10 * TSimd.Lanes));
        TSimd.Store(c11, results + (11 * TSimd.Lanes));
        TSimd.Store(c12, results + (12 * TSimd.Lanes));
        TSimd.Store(c13, results + (13 * TSimd.Lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow12(float* pixels, int* offsets, int count, float* weights, float* initial, nint pitch, float* results)
    {
        TVector c0 = TSimd.Load(initial + (0 * pitch)), c1 = TSimd.Load(initial + (1 * pitch));
        TVector c2 = TSimd.Load(initial + (2 * pitch)), c3 = TSimd.Load(initial + (3 * pitch));
        TVector c4 = TSimd.Load(initial + (4 * pitch)), c5 = TSimd.Load(initial + (5 * pitch));
        TVector c6 = TSimd.Load(initial + (6 * pitch)), c7 = TSimd.Load(initial + (7 * pitch));
        TVector c8 = TSimd.Load(initial + (8 * pitch)), c9 = TSimd.Load(initial + (9 * pitch));
        TVector c10 = TSimd.Load(initial + (10 * pitch)), c11 = TSimd.Load(initial + (11 * pitch));
        for (int k = 0; k < count; k++, weights += TSimd.Lanes)
        {
            float* x = pixels + offsets[k];
            TVector u = TSimd.Load(weights);
            c0 = TSimd.MultiplyAdd(TSimd.Broadcast(x[0 * Block]), u, c0);
            c1 = TSimd.MultiplyAdd(TSimd.Broadcast(x[1 * Block]), u, c1);
            c2 = TSimd.MultiplyAdd(TSimd.Broadcast(x[2 * Block]), u, c2);
            c3 = TSimd.MultiplyAdd(TSimd.Broadcast(x[3 * Block]), u, c3);
            c4 = TSimd.MultiplyAdd(TSimd.Broadcast(x[4 * Block]), u, c4);
            c5 = TSimd.MultiplyAdd(TSimd.Broadcast(x[5 * Block]), u, c5);
            c6 = TSimd.MultiplyAdd(TSimd.Broadcast(x[6 * Block]), u, c6);
            c7 = TSimd.MultiplyAdd(TSimd.Broadcast(x[7 * Block]), u, c7);
            c8 = TSimd.MultiplyAdd(TSimd.Broadcast(x[8 * Block]), u, c8);
            c9 = TSimd.MultiplyAdd(TSimd.Broadcast(x[9 * Block]), u, c9);
            c10 = TSimd.MultiplyAdd(TSimd.Broadcast(x[10 * Block]), u, c10);
            c11 = TSimd.MultiplyAdd(TSimd.Broadcast(x[11 * Block]), u, c11);
        }

        TSimd.Store(c0, results + (0 * TSimd.Lanes));
        TSimd.Store(c1, results + (1 * TSimd.Lanes));
        TSimd.Store(c2, results + (2 * TSimd.Lanes));
        TSimd.Store(c3, results + (3 * TSimd.Lanes));
        TSimd.Store(c4, results + (4 * TSimd.Lanes));
        TSimd.Store(c5, results + (5 * TSimd.Lanes));
        TSimd.Store(c6, results + (6 * TSimd.Lanes));
        TSimd.Store(c7, results + (7 * TSimd.Lanes));
        TSimd.Store(c8, results + (8 * TSimd.Lanes));
        TSimd.Store(c9, results + (9 * TSimd.Lanes));
        TSimd.Store(c10, results + (10 * TSimd.Lanes));
        TSimd.Store(c11, results + (11 * TSimd.Lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow10(float* pixels, int* offsets, int count, float* weights, float* initial, nint pitch, float* results)
    {
        TVector c0 = TSimd.Load(initial + (0 * pitch)), c1 = TSimd.Load(initial + (1 * pitch));
        TVector c2 = TSimd.Load(initial + (2 * pitch)), c3 = TSimd.Load(initial + (3 * pitch));
        TVector c4 = TSimd.Load(initial + (4 * pitch)), c5 = TSimd.Load(initial + (5 * pitch));
        TVector c6 = TSimd.Load(initial + (6 * pitch)), c7 = TSimd.Load(initial + (7 * pitch));
        TVector c8 = TSimd.Load(initial + (8 * pitch)), c9 = TSimd.Load(initial + (9 * pitch));
        for (int k = 0; k < count; k++, weights += TSimd.Lanes)
        {
            float* x = pixels + offsets[k];
            TVector u = TSimd.Load(weights);
            c0 = TSimd.MultiplyAdd(TSimd.Broadcast(x[0 * Block]), u, c0);
            c1 = TSimd.MultiplyAdd(TSimd.Broadcast(x[1 * Block]), u, c1);
            c2 = TSimd.MultiplyAdd(TSimd.Broadcast(x[2 * Block]), u, c2);
            c3 = TSimd.MultiplyAdd(TSimd.Broadcast(x[3 * Block]), u, c3);
            c4 = TSimd.MultiplyAdd(TSimd.Broadcast(x[4 * Block]), u, c4);
            c5 = TSimd.MultiplyAdd(TSimd.Broadcast(x[5 * Block]), u, c5);
            c6 = TSimd.MultiplyAdd(TSimd.Broadcast(x[6 * Block]), u, c6);
            c7 = TSimd.MultiplyAdd(TSimd.Broadcast(x[7 * Block]), u, c7);
            c8 = TSimd.MultiplyAdd(TSimd.Broadcast(x[8 * Block]), u, c8);
            c9 = TSimd.MultiplyAdd(TSimd.Broadcast(x[9 * Block]), u, c9);
        }

        TSimd.Store(c0, results + (0 * TSimd.Lanes));
        TSimd.Store(c1, results + (1 * TSimd.Lanes));
        TSimd.Store(c2, results + (2 * TSimd.Lanes));
        TSimd.Store(c3, results + (3 * TSimd.Lanes));
        TSimd.Store(c4, results + (4 * TSimd.Lanes));
        TSimd.Store(c5, results + (5 * TSimd.Lanes));
        TSimd.Store(c6, results + (6 * TSimd.Lanes));
        TSimd.Store(c7, results + (7 * TSimd.Lanes));
        TSimd.Store(c8, results + (8 * TSimd.Lanes));
        TSimd.Store(c9, results + (9 * TSimd.Lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow8(float* pixels, int* offsets, int count, float* weights, float* initial, nint pitch, float* results)
    {
        TVector c0 = TSimd.Load(initial + (0 * pitch)), c1 = TSimd.Load(initial + (1 * pitch));
        TVector c2 = TSimd.Load(initial + (2 * pitch)), c3 = TSimd.Load(initial + (3 * pitch));
        TVector c4 = TSimd.Load(initial + (4 * pitch)), c5 = TSimd.Load(initial + (5 * pitch));
        TVector c6 = TSimd.Load(initial + (6 * pitch)), c7 = TSimd.Load(initial + (7 * pitch));
        for (int k = 0; k < count; k++, weights += TSimd.Lanes)
        {
            float* x = pixels + offsets[k];
            TVector u = TSimd.Load(weights);
            c0 = TSimd.MultiplyAdd(TSimd.Broadcast(x[0 * Block]), u, c0);
            c1 = TSimd.MultiplyAdd(TSimd.Broadcast(x[1 * Block]), u, c1);
            c2 = TSimd.MultiplyAdd(TSimd.Broadcast(x[2 * Block]), u, c2);
            c3 = TSimd.MultiplyAdd(TSimd.Broadcast(x[3 * Block]), u, c3);
            c4 = TSimd.MultiplyAdd(TSimd.Broadcast(x[4 * Block]), u, c4);
            c5 = TSimd.MultiplyAdd(TSimd.Broadcast(x[5 * Block]), u, c5);
            c6 = TSimd.MultiplyAdd(TSimd.Broadcast(x[6 * Block]), u, c6);
            c7 = TSimd.MultiplyAdd(TSimd.Broadcast(x[7 * Block]), u, c7);
        }

        TSimd.Store(c0, results + (0 * TSimd.Lanes));
        TSimd.Store(c1, results + (1 * TSimd.Lanes));
        TSimd.Store(c2, results + (2 * TSimd.Lanes));
        TSimd.Store(c3, results + (3 * TSimd.Lanes));
        TSimd.Store(c4, results + (4 * TSimd.Lanes));
        TSimd.Store(c5, results + (5 * TSimd.Lanes));
        TSimd.Store(c6, results + (6 * TSimd.Lanes));
        TSimd.Store(c7, results + (7 * TSimd.Lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow6(float* pixels, int* offsets, int count, float* weights, float* initial, nint pitch, float* results)
    {
        TVector c0 = TSimd.Load(initial + (0 * pitch)), c1 = TSimd.Load(initial + (1 * pitch));
        TVector c2 = TSimd.Load(initial + (2 * pitch)), c3 = TSimd.Load(initial + (3 * pitch));
        TVector c4 = TSimd.Load(initial + (4 * pitch)), c5 = TSimd.Load(initial + (5 * pitch));
        for (int k = 0; k < count; k++, weights += TSimd.Lanes)
        {
            float* x = pixels + offsets[k];
            TVector u = TSimd.Load(weights);
            c0 = TSimd.MultiplyAdd(TSimd.Broadcast(x[0 * Block]), u, c0);
            c1 = TSimd.MultiplyAdd(TSimd.Broadcast(x[1 * Block]), u, c1);
            c2 = TSimd.MultiplyAdd(TSimd.Broadcast(x[2 * Block]), u, c2);
            c3 = TSimd.MultiplyAdd(TSimd.Broadcast(x[3 * Block]), u, c3);
            c4 = TSimd.MultiplyAdd(TSimd.Broadcast(x[4 * Block]), u, c4);
            c5 = TSimd.MultiplyAdd(TSimd.Broadcast(x[5 * Block]), u, c5);
        }

        TSimd.Store(c0, results + (0 * TSimd.Lanes));
        TSimd.Store(c1, results + (1 * TSimd.Lanes));
        TSimd.Store(c2, results + (2 * TSimd.Lanes));
        TSimd.Store(c3, results + (3 * TSimd.Lanes));
        TSimd.Store(c4, results + (4 * TSimd.Lanes));
        TSimd.Store(c5, results + (5 * TSimd.Lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow4(float* pixels, int* offsets, int count, float* weights, float* initial, nint pitch, float* results)
    {
        TVector c0 = TSimd.Load(initial + (0 * pitch)), c1 = TSimd.Load(initial + (1 * pitch));
        TVector c2 = TSimd.Load(initial + (2 * pitch)), c3 = TSimd.Load(initial + (3 * pitch));
        for (int k = 0; k < count; k++, weights += TSimd.Lanes)
        {
            float* x = pixels + offsets[k];
            TVector u = TSimd.Load(weights);
            c0 = TSimd.MultiplyAdd(TSimd.Broadcast(x[0 * Block]), u, c0);
            c1 = TSimd.MultiplyAdd(TSimd.Broadcast(x[1 * Block]), u, c1);
            c2 = TSimd.MultiplyAdd(TSimd.Broadcast(x[2 * Block]), u, c2);
            c3 = TSimd.MultiplyAdd(TSimd.Broadcast(x[3 * Block]), u, c3);
        }

        TSimd.Store(c0, results + (0 * TSimd.Lanes));
        TSimd.Store(c1, results + (1 * TSimd.Lanes));
        TSimd.Store(c2, results + (2 * TSimd.Lanes));
        TSimd.Store(c3, results + (3 * TSimd.Lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow2(float* pixels, int* offsets, int count, float* weights, float* initial, nint pitch, float* results)
    {
        TVector c0 = TSimd.Load(initial + (0 * pitch)), c1 = TSimd.Load(initial + (1 * pitch));
        for (int k = 0; k < count; k++, weights += TSimd.Lanes)
        {
            float* x = pixels + offsets[k];
            TVector u = TSimd.Load(weights);
            c0 = TSimd.MultiplyAdd(TSimd.Broadcast(x[0 * Block]), u, c0);
            c1 = TSimd.MultiplyAdd(TSimd.Broadcast(x[1 * Block]), u, c1);
        }

        TSimd.Store(c0, results + (0 * TSimd.Lanes));
        TSimd.Store(c1, results + (1 * TSimd.Lanes));
    }
}

using System.Runtime.CompilerServices;

namespace Gdws.Execution.Engine.Kernels;

/// <summary>Chooses lanes one by one, where there is no instruction that does it for a whole block.</summary>
internal static unsafe class LaneGather
{
    /// <summary>See <see cref="Kernel.Select"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Select(float* input, long* blocks, int* lanes, int count, float* output, int pixels)
    {
        long* from = stackalloc long[Kernel.Block];
        for (int lane = 0; lane < Kernel.Block; lane++)
        {
            from[lane] = blocks[0];
            for (int source = 0; source < count; source++)
            {
                int chosen = lanes[(source * Kernel.Block) + lane];
                if (chosen >= 0)
                    from[lane] = blocks[source] + chosen;
            }
        }

        for (int pixel = 0; pixel < pixels; pixel++, input += Kernel.Block, output += Kernel.Block)
        {
            for (int lane = 0; lane < Kernel.Block; lane++)
                output[lane] = input[from[lane]];
        }
    }
}

using System.Runtime.CompilerServices;
using Gdws.Execution.Engine.Kernels;

namespace Gdws.Execution.Engine.Steps;

/// <summary>Copies what a convolution reads through its taps; the copy stays in the cache and is read once for every panel of weights.</summary>
internal sealed unsafe class ConvolutionSource(Plane[] planes, Window window, MapLayout input, MapLayout output) : IPlaneSource
{
    private readonly int[] _taps = window.TapOffsets(input);
    private readonly nint _step = (nint)window.Stride.Width * Kernel.Block;

    public long ScratchBytes(int pixels) => 0;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill(Kernel kernel, float* memory, int firstPlane, int endPlane, int start, int end, float* scratch, float* tile, int pitch)
    {
        for (int pixel = start; pixel < end;)
        {
            PixelRun run = PixelRun.First(output, pixel, end);
            float* from = memory + window.FirstTap(input, run);
            float* to = tile + ((nint)(pixel - start) * Kernel.Block);
            for (int p = firstPlane; p < endPlane; p++, to += (nint)pitch * Kernel.Block)
                kernel.Copy(from + (planes[p].Block * input.PlanePitch) + _taps[planes[p].Tap], _step, to, run.Count);
            pixel += run.Count;
        }
    }
}

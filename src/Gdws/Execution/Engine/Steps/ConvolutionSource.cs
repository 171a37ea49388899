using System.Runtime.CompilerServices;
using Gdws.Execution.Engine.Kernels;

namespace Gdws.Execution.Engine.Steps;

/// <summary>Copies what a convolution reads through its taps; the copy stays in the cache and is read once for every panel of weights.</summary>
internal sealed unsafe class ConvolutionSource(Plane[] planes, Window window, MapLayout input) : IPlaneSource
{
    private readonly int[] _taps = window.TapOffsets(input);

    public long ScratchBytes(int pixels) => 0;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill(Kernel kernel, float* memory, int firstPlane, int endPlane, in TilePixels pixels, float* scratch, float* tile, int pitch)
    {
        for (int p = firstPlane; p < endPlane; p++, tile += (nint)pitch * Kernel.Block)
            kernel.Gather(memory + input.Start + (planes[p].Block * input.PlanePitch) + _taps[planes[p].Tap], pixels.InputAt, tile, pixels.Count);
    }
}

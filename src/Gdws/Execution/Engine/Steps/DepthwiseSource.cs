using System.Runtime.CompilerServices;
using Gdws.Execution.Engine.Kernels;

namespace Gdws.Execution.Engine.Steps;

/// <summary>
/// Runs depthwise kernels; their results stay in the cache, and the map of G channels between depthwise and pointwise never exists.
/// A plane whose lanes aren't one block's channels first gets a patch: the rows of the input that it needs, with the channels that it needs.
/// </summary>
internal sealed unsafe class DepthwiseSource : IPlaneSource
{
    private readonly NativeBuffer _weights;
    private readonly Window _window;
    private readonly MapLayout _input;
    private readonly MapLayout _output;
    private readonly NativeBuffer _taps;
    private readonly long[] _blocks;
    private readonly LaneChoice?[] _choices;

    // From a pixel's first tap to its last one.
    private readonly int _reach;

    public DepthwiseSource(
        Plane[] planes, int[] channelMap, NativeBuffer weights, bool[] selects, Window window, MapLayout input, MapLayout output)
    {
        _weights = weights;
        _window = window;
        _input = input;
        _output = output;
        _taps = NativeBuffer.Of(window.TapOffsets(input));
        _reach = window.TapOffsets(input)[^1];
        _blocks = [.. planes.Select(plane => plane.Block * input.PlanePitch)];
        _choices = [.. planes.Select((plane, p) => selects[p] ? new LaneChoice([.. plane.Columns.Select(g => channelMap[g])], input) : null)];
    }

    public long ScratchBytes(int pixels)
    {
        if (_choices.All(choice => choice is null))
            return 0;
        int rows = Math.Min(_output.Height, ((pixels + _output.Width - 1) / _output.Width) + 1);
        return RowsOfInput(rows) * _input.RowPitch * sizeof(float);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill(Kernel kernel, float* memory, int firstPlane, int endPlane, in TilePixels pixels, float* scratch, float* tile, int pitch)
    {
        memory += _input.Start;
        for (int p = firstPlane; p < endPlane; p++, tile += (nint)pitch * Kernel.Block)
        {
            float* weights = _weights.Floats + ((nint)p * _window.Taps * Kernel.Block);
            if (_choices[p] is not { } choice)
            {
                kernel.Depthwise(memory + _blocks[p], pixels.InputAt, _taps.Integers, _window.Taps, weights, tile, pixels.Count);
                continue;
            }

            // A patch is part of one image.
            int imagePixels = _output.Height * _output.Width;
            for (int done = 0; done < pixels.Count;)
            {
                int count = Math.Min(pixels.Count - done, imagePixels - ((pixels.Start + done) % imagePixels));
                float* input = Patch(kernel, memory, choice, pixels.InputAt[done], pixels.InputAt[done + count - 1], scratch);
                kernel.Depthwise(input, pixels.InputAt + done, _taps.Integers, _window.Taps, weights, tile + ((nint)done * Kernel.Block), count);
                done += count;
            }
        }
    }

    /// <summary>
    /// Makes the patch that the pixels between a first and a last place read, and gives where the map would begin if the patch were part of it.
    /// </summary>
    private float* Patch(Kernel kernel, float* memory, LaneChoice choice, int first, int last, float* scratch)
    {
        // A later pixel may begin further to the left: whole rows.
        int start = (int)(first / _input.RowPitch * _input.RowPitch);
        int end = (int)(((last + _reach) / _input.RowPitch) + 1) * (int)_input.RowPitch;
        kernel.Select(memory + start, choice.Blocks, choice.Lanes, choice.Count, scratch, (end - start) / Kernel.Block);
        return scratch - start;
    }

    private long RowsOfInput(int rows) => ((rows - 1L) * _window.Stride.Height) + ((_window.KernelHeight - 1L) * _window.Dilation.Height) + 1;
}

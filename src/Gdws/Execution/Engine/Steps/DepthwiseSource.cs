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
    private readonly nint _step;
    private readonly long[] _blocks;
    private readonly LaneChoice?[] _choices;

    public DepthwiseSource(
        Plane[] planes, int[] channelMap, NativeBuffer weights, bool[] selects, Window window, MapLayout input, MapLayout output)
    {
        _weights = weights;
        _window = window;
        _input = input;
        _output = output;
        _taps = NativeBuffer.Of(window.TapOffsets(input));
        _step = (nint)window.Stride.Width * Kernel.Block;
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
    public void Fill(
        Kernel kernel, float* memory, int firstPlane, int endPlane, int start, int end, float* scratch, float* tile, int pitch)
    {
        // Plane by plane: the next row of pixels finds most of its input in the first-level cache.
        for (int p = firstPlane; p < endPlane; p++, tile += (nint)pitch * Kernel.Block)
        {
            float* weights = _weights.Floats + ((nint)p * _window.Taps * Kernel.Block);
            float* input = memory + _blocks[p];
            float* to = tile;
            int image = -1;
            for (int pixel = start; pixel < end;)
            {
                PixelRun run = PixelRun.First(_output, pixel, end);
                if (_choices[p] is { } choice && run.Image != image)
                {
                    image = run.Image;
                    input = Patch(kernel, memory, choice, run, end - pixel, scratch);
                }

                kernel.Depthwise(input + _window.FirstTap(_input, run), _step, _taps.Integers, _window.Taps, weights, to, run.Count);
                pixel += run.Count;
                to += (nint)run.Count * Kernel.Block;
            }
        }
    }

    /// <summary>Makes the patch for the pixels of one image, and gives where the map would begin if the patch were part of it.</summary>
    private float* Patch(Kernel kernel, float* memory, LaneChoice choice, PixelRun run, int pixels, float* scratch)
    {
        int lastRow = Math.Min(_output.Height - 1, run.Row + ((run.Column + pixels - 1) / _output.Width));
        long first = _input.At(run.Image, (run.Row * _window.Stride.Height) - _window.Padding.Top, -_input.Border);
        long length = RowsOfInput(lastRow - run.Row + 1) * _input.RowPitch;
        kernel.Select(memory + first, choice.Blocks, choice.Lanes, choice.Count, scratch, (int)(length / Kernel.Block));
        return scratch - first;
    }

    private long RowsOfInput(int rows) => ((rows - 1L) * _window.Stride.Height) + ((_window.KernelHeight - 1L) * _window.Dilation.Height) + 1;
}

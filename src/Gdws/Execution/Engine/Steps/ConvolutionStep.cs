using Gdws.Execution.Engine.Kernels;

namespace Gdws.Execution.Engine.Steps;

/// <summary>A convolution with any kernel, stride, dilation and number of groups; a linear layer is one on maps of one pixel.</summary>
internal sealed class ConvolutionStep(
    MapValue input, MapValue output, float[] weights, float[]? bias, int groups, Window window)
    : MatrixStep(input, output, weights, bias, groups, window)
{
    // Where a pixel's copy serves only so many panels, copying isn't worth it.
    private const int MostDirectOutputs = 128;
    private const int ShortestDirectRow = 7;

    protected override bool IsDirect => (Window.IsPoint && Input.Border == 0)
        || (Window.Stride.Width == 1 && Epilogue.Shape.Width >= ShortestDirectRow && Epilogue.Shape.Channels <= MostDirectOutputs);

    /// <summary>Tap by tap, and for each tap block by block.</summary>
    protected override Plane[] CreatePlanes(Kernel kernel)
    {
        Plane[] planes = new Plane[Window.Taps * Input.Blocks];
        for (int tap = 0; tap < Window.Taps; tap++)
        {
            for (int block = 0; block < Input.Blocks; block++)
            {
                int[] lanes = [.. Enumerable.Range(0, Math.Min(Kernel.Block, Input.Channels - (block * Kernel.Block)))];
                int[] columns = [.. lanes.Select(lane => (((block * Kernel.Block) + lane) * Window.Taps) + tap)];
                planes[(tap * Input.Blocks) + block] = new Plane(block, tap, lanes, columns);
            }
        }

        return planes;
    }

    protected override IPlaneSource CreateSource(MapLayout input, MapLayout output) =>
        new ConvolutionSource(Planes, Window, input);
}

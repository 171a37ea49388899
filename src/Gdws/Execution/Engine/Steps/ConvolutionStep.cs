using Gdws.Execution.Engine.Kernels;

namespace Gdws.Execution.Engine.Steps;

/// <summary>A convolution with any kernel, stride, dilation and number of groups; a linear layer is one on maps of one pixel.</summary>
internal sealed class ConvolutionStep : MatrixStep
{
    // Where a pixel's copy serves only so many panels, copying isn't worth it.
    private const int MostDirectOutputs = 128;
    private const int ShortestDirectRow = 7;

    private readonly WinogradTransform? _transform;

    public ConvolutionStep(MapValue input, MapValue output, WeightValues weights, float[]? bias, int groups, Window window)
        : base(input, output, weights, bias, groups, window)
    {
        _transform = WinogradTransform.For(input, output, groups, window);
        if (_transform is not null)
            input.RequireOverhang(_transform.Overhang(input, output, window));
    }

    protected override bool IsDirect => _transform is null && (IsOneRow || HasLongRows);

    protected override int Stretch => _transform is null ? base.Stretch : Input.Blocks;

    protected override WinogradTransform? Transform => _transform;

    private bool IsOneRow => Window.IsPoint && Input.Border + Input.Overhang == 0;

    private bool HasLongRows =>
        Window.Stride.Width == 1 && Epilogue.Shape.Width >= ShortestDirectRow && Epilogue.Shape.Channels <= MostDirectOutputs;

    public override Job CreateJob(Kernel kernel, IReadOnlyDictionary<MapValue, MapLayout> layouts, int workers) => _transform is null
        ? base.CreateJob(kernel, layouts, workers)
        : new WinogradJob(kernel, Matrix!, CreateEpilogue(layouts), workers, _transform, Window, layouts[Input]);

    /// <summary>Tap by tap (for Winograd's, position by position), and for each block by block.</summary>
    protected override Plane[] CreatePlanes(Kernel kernel)
    {
        int taps = _transform?.Positions ?? Window.Taps;
        Plane[] planes = new Plane[taps * Input.Blocks];
        for (int tap = 0; tap < taps; tap++)
        {
            for (int block = 0; block < Input.Blocks; block++)
            {
                int first = block * Kernel.Block;
                int[] lanes = [.. Enumerable.Range(0, Math.Min(Kernel.Block, Input.Channels - first))];
                int[] columns = [.. lanes.Select(lane => _transform is null ? ((first + lane) * taps) + tap : (tap * Input.Channels) + first + lane)];
                planes[(tap * Input.Blocks) + block] = new Plane(block, _transform is null ? tap : 0, lanes, columns);
            }
        }

        return planes;
    }

    protected override IPlaneSource CreateSource(MapLayout input, MapLayout output) => new ConvolutionSource(Planes, Window, input);
}

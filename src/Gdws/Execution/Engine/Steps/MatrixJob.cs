using System.Runtime.CompilerServices;
using Gdws.Execution.Engine.Kernels;

namespace Gdws.Execution.Engine.Steps;

/// <summary>
/// Multiplies pixels and weights tile by tile:
/// <code>
///   for each tile of pixels (112)
///     for each stretch of planes (36)
///       fill the tile                        once; it stays in the second-level cache
///       for each panel of weights            read once a tile, from the first to the last value
///         for each strip of pixels (14)      sums in registers
///           multiply; after the last stretch, finish
/// </code>
/// Every output is one running sum in the order of the factors, wherever it falls in a tile: the result is the same, bit for bit,
/// however the work is split.
/// </summary>
internal sealed unsafe class MatrixJob : Job
{
    private const int TilePixels = 112;

    private readonly Kernel _kernel;
    private readonly PackedMatrix _matrix;
    private readonly EpilogueCode _epilogue;
    private readonly MatrixInput _input;
    private readonly NativeBuffer _offsets;
    private readonly bool _splitsPixels;
    private readonly int _tilePixels;
    private readonly int _pitch;
    private readonly long _placesBytes;
    private readonly long _tileBytes;
    private readonly long _sourceBytes;

    public MatrixJob(Kernel kernel, PackedMatrix matrix, EpilogueCode epilogue, int workers, MatrixInput input)
    {
        _kernel = kernel;
        _matrix = matrix;
        _epilogue = epilogue;
        _input = input;
        int pixels = epilogue.Shape.Pixels;
        _splitsPixels = matrix.Panels < workers || pixels >= 2 * workers * kernel.LongestStrip;
        int most = TilePixels / kernel.LongestStrip * kernel.LongestStrip;
        int mine = _splitsPixels ? ((pixels + workers - 1) / workers) + kernel.LongestStrip : pixels;
        _tilePixels = Math.Min(most, mine);

        // Odd, so that the planes of a tile don't compete for one place in the cache; and a strip may be longer than what is left.
        _pitch = (_tilePixels + 1) | 1;
        _placesBytes = Aligned(EpilogueCode.PlacesBytes(_tilePixels));
        _tileBytes = input.Source is null ? 0 : Aligned((long)input.PlanesOfATile * _pitch * Kernel.Block * sizeof(float));
        _sourceBytes = Aligned(input.Source?.ScratchBytes(_tilePixels) ?? 0);
        _offsets = CreateOffsets();
    }

    public override long ScratchBytes
    {
        get
        {
            long panels = _matrix.Stretches > 1 ? _matrix.Panels : 1;
            return _placesBytes + _tileBytes + _sourceBytes + Aligned(panels * _pitch * _matrix.PanelWidth * sizeof(float));
        }
    }

    public override void Run(in JobContext context)
    {
        int pixels = _epilogue.Shape.Pixels;
        Share range = _splitsPixels ? Share.Of(pixels, context.Worker, context.Workers, _kernel.LongestStrip) : new Share(0, pixels);
        Share panels = _splitsPixels ? new Share(0, _matrix.Panels) : Share.Of(_matrix.Panels, context.Worker, context.Workers);
        int length = range.End - range.Start;
        if (length <= 0 || panels.Start == panels.End)
            return;

        int tiles = (length + _tilePixels - 1) / _tilePixels;
        for (int tile = 0; tile < tiles; tile++)
        {
            Share part = Share.Of(length, tile, tiles);
            RunTile(context, range.Start + part.Start, range.Start + part.End, panels);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunTile(in JobContext context, int start, int end, Share panels)
    {
        int* places = (int*)context.Scratch;
        float* tile = (float*)(context.Scratch + _placesBytes);
        float* sourceScratch = (float*)(context.Scratch + _placesBytes + _tileBytes);
        float* results = (float*)(context.Scratch + _placesBytes + _tileBytes + _sourceBytes);
        float* pixels = _input.Source is null ? context.Memory + _input.Layout.Start + ((nint)start * Kernel.Block) : tile;
        _epilogue.Locate(start, end, places, _tilePixels);
        for (int stretch = 0; stretch < _matrix.Stretches; stretch++)
        {
            if (_input.Source is { } source)
            {
                int firstPlane = stretch * _input.PlanesOfATile;
                int endPlane = Math.Min(firstPlane + _input.PlanesOfATile, _input.Planes.Length);
                source.Fill(_kernel, context.Memory, firstPlane, endPlane, start, end, sourceScratch, tile, _pitch);
            }

            bool isLast = stretch == _matrix.Stretches - 1;
            for (int panel = panels.Start; panel < panels.End; panel++)
            {
                PackedMatrix.Piece piece = _matrix.At(panel, stretch);
                float* weights = _matrix.Weights(piece);
                int* offsets = _offsets.Integers + piece.FirstFactor;
                float* sums = _matrix.Stretches > 1 ? results + ((nint)panel * _pitch * _matrix.PanelWidth) : results;
                int channel = panel * _matrix.PanelWidth;
                int vectors = _matrix.VectorsOf(panel);
                int width = vectors * _kernel.Lanes;
                for (int pixel = 0; pixel < end - start;)
                {
                    int left = end - start - pixel;
                    int rows = _kernel.StripLength(left);
                    float* strip = _matrix.Stretches > 1 ? sums + ((nint)pixel * width) : sums;
                    float* initial = stretch == 0 ? _matrix.Bias(panel) : strip;
                    float* first = pixels + ((nint)pixel * Kernel.Block);
                    _kernel.MultiplyStrip(rows, vectors, first, offsets, piece.Count, weights, initial, stretch == 0 ? 0 : width, strip);
                    rows = Math.Min(rows, left);
                    if (isLast)
                        _epilogue.Finish(_kernel, context.Memory, strip, width, channel, vectors, rows, places + pixel, _tilePixels);
                    pixel += rows;
                }
            }
        }
    }

    private NativeBuffer CreateOffsets()
    {
        PackedMatrix.Factor[] factors = _matrix.Factors;
        int[] offsets = new int[factors.Length];
        for (int i = 0; i < factors.Length; i++)
        {
            long plane = _input.Source is null
                ? _input.Planes[factors[i].Plane].Block * _input.Layout.PlanePitch
                : (long)(factors[i].Plane % _input.PlanesOfATile) * _pitch * Kernel.Block;
            offsets[i] = checked((int)(plane + factors[i].Lane));
        }

        return NativeBuffer.Of(offsets);
    }

    private static long Aligned(long bytes) => (bytes + 63) & ~63L;
}

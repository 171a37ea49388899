using System.Runtime.CompilerServices;
using Gdws.Execution.Engine.Kernels;

namespace Gdws.Execution.Engine.Steps;

/// <summary>
/// Multiplies pixels and weights tile by tile:
/// <code>
///   for each tile of pixels (108)
///     for each round of planes (36)
///       fill the tile                        once; it stays in the second-level cache
///       for each panel of weights            read once a tile, from the first to the last value
///         for each strip of pixels (12)      sums in registers
///           multiply; after the last round, finish
/// </code>
/// Every output is one running sum in the order of the factors, wherever it falls in a tile: the result is the same, bit for bit,
/// however the work is split.
/// </summary>
internal sealed unsafe class MatrixJob : Job
{
    private readonly Kernel _kernel;
    private readonly PackedMatrix _matrix;
    private readonly EpilogueCode _epilogue;
    private readonly MatrixInput _input;
    private readonly MatrixTiling _tiling;
    private readonly NativeBuffer _offsets;
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
        _tiling = new MatrixTiling(kernel, matrix, input, epilogue.Shape.Pixels, workers);

        // Odd, so that the planes of a tile don't compete for one place in the cache.
        _pitch = _tiling.Pixels | 1;
        _placesBytes = Aligned(EpilogueCode.PlacesBytes(_tiling.Pixels) + ((long)_tiling.Pixels * (sizeof(int) + sizeof(Strip))));
        int planes = Math.Min(_tiling.StretchesAtOnce * input.PlanesOfAStretch, input.Planes.Length);
        _tileBytes = input.Source is null ? 0 : Aligned((long)planes * _pitch * Kernel.Block * sizeof(float));
        _sourceBytes = Aligned(input.Source?.ScratchBytes(_tiling.Pixels) ?? 0);
        _offsets = CreateOffsets();
    }

    public override long ScratchBytes =>
        _placesBytes + _tileBytes + _sourceBytes
        + (_tiling.Rounds > 1 ? Aligned((long)_matrix.Panels * _pitch * _matrix.PanelWidth * sizeof(float)) : 0);

    /// <summary>Whether all pixels of the input follow each other, each sixteen floats from the last.</summary>
    private bool IsOneRow => _input.Window.IsPoint && _input.Layout.IsOneRow;

    public override void Run(in JobContext context)
    {
        int tile = -1, strips = 0;
        for (int part = context.Take(); part < _tiling.Tiles * _tiling.PartsOfATile; part = context.Take())
        {
            // The next panels of the same tile find it filled.
            bool isFilled = part / _tiling.PartsOfATile == tile && _tiling.Rounds == 1;
            tile = part / _tiling.PartsOfATile;
            int firstPanel = part % _tiling.PartsOfATile * _tiling.PanelsOfAPart;
            TilePixels pixels = new() { Start = tile * _tiling.Pixels, InputAt = InputAt(context) };
            pixels.Count = Math.Min(_tiling.Pixels, _epilogue.Shape.Pixels - pixels.Start);
            if (!isFilled)
                strips = Locate(context, pixels);
            for (int round = 0; round < _tiling.Rounds; round++)
            {
                if (!isFilled && _input.Source is not null)
                    Fill(context, pixels, round);
                for (int panel = firstPanel; panel < Math.Min(_matrix.Panels, firstPanel + _tiling.PanelsOfAPart); panel++)
                    Multiply(context, round, panel, strips, panel + 1 < _matrix.Panels ? panel + 1 : 0);
            }
        }
    }

    private static int* Places(in JobContext context) => (int*)context.Scratch;

    private int* InputAt(in JobContext context) => Places(context) + (3 * _tiling.Pixels);

    private Strip* Strips(in JobContext context) => (Strip*)(Places(context) + (4 * _tiling.Pixels));

    private float* Tile(in JobContext context) => (float*)(context.Scratch + _placesBytes);

    private float* Sums(in JobContext context) => (float*)(context.Scratch + _placesBytes + _tileBytes + _sourceBytes);

    /// <summary>Writes down where a tile's pixels lie, in maps and strips; gives the number of strips.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Locate(in JobContext context, in TilePixels pixels)
    {
        _epilogue.Locate(pixels.Start, pixels.Start + pixels.Count, Places(context), _tiling.Pixels);
        Strip* strips = Strips(context);
        int count = 0;
        if (_input.Source is not null || IsOneRow)
        {
            long start = _input.Source is null ? _input.Layout.Start + ((long)pixels.Start * Kernel.Block) : 0;
            Cut(strips, ref count, 0, pixels.Count, start);
            if (_input.Source is null)
                return count;
        }

        // Elsewhere strips end where rows do, and a window's place depends on the row.
        int step = _input.Window.Stride.Width * Kernel.Block;
        int* at = pixels.InputAt;
        for (int pixel = 0; pixel < pixels.Count;)
        {
            PixelRun run = PixelRun.First(_epilogue.Shape, pixels.Start + pixel, pixels.Start + pixels.Count);
            long first = _input.Window.FirstTap(_input.Layout, run);
            if (_input.Source is null)
                Cut(strips, ref count, pixel, run.Count, first);
            int from = checked((int)(first - _input.Layout.Start));
            for (int i = 0; i < run.Count; i++)
                *at++ = from + (i * step);
            pixel += run.Count;
        }

        return count;
    }

    /// <summary>Cuts pixels that follow each other into strips.</summary>
    private void Cut(Strip* strips, ref int count, int firstPixel, int pixels, long start)
    {
        for (int pixel = 0; pixel < pixels;)
        {
            int length = _kernel.StripLength(pixels - pixel);
            strips[count++] = new Strip(firstPixel + pixel, length, start + ((long)pixel * Kernel.Block));
            pixel += length;
        }
    }

    private void Fill(in JobContext context, in TilePixels pixels, int round)
    {
        int planes = _tiling.StretchesAtOnce * _input.PlanesOfAStretch;
        int end = Math.Min((round + 1) * planes, _input.Planes.Length);
        float* scratch = (float*)(context.Scratch + _placesBytes + _tileBytes);
        _input.Source!.Fill(_kernel, context.Memory, round * planes, end, pixels, scratch, Tile(context), _pitch);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Multiply(in JobContext context, int round, int panel, int stripCount, int nextPanel)
    {
        PackedMatrix.Piece piece = Piece(panel, round), next = Piece(nextPanel, nextPanel == 0 && round + 1 < _tiling.Rounds ? round + 1 : round);
        int vectors = _matrix.VectorsOf(panel), width = vectors * _kernel.Lanes;
        bool isLast = round == _tiling.Rounds - 1;
        float* sums = Sums(context) + ((nint)panel * _pitch * _matrix.PanelWidth);
        StripRun run = new()
        {
            Offsets = _offsets.Integers + piece.FirstFactor,
            Count = piece.Count,
            Weights = _matrix.Weights(piece),
            Initial = _matrix.Bias(panel),
            Ahead = _matrix.Weights(next),
            AheadStep = (width + stripCount - 1) / stripCount,
            End = isLast ? _epilogue.Begin(context.Memory, panel * _matrix.PanelWidth, _kernel.Lanes) : default,
        };
        float* pixels = _input.Source is null ? context.Memory : Tile(context);
        int* places = Places(context);
        Strip* strips = Strips(context);
        for (int i = 0; i < stripCount; i++)
        {
            Strip strip = strips[i];
            run.Pixels = pixels + strip.At;
            if (_tiling.Rounds > 1)
            {
                float* mine = sums + ((nint)strip.Pixel * width);
                run.Sums = isLast ? null : mine;
                run.Initial = round == 0 ? run.Initial : mine;
                run.InitialPitch = round == 0 ? 0 : width;
            }

            EpilogueCode.MoveTo(ref run.End, places + strip.Pixel, _tiling.Pixels);
            _kernel.MultiplyStrip(strip.Length, vectors, run);
            run.Ahead += run.Count * run.AheadStep;
        }
    }

    /// <summary>What a panel multiplies in one round: several stretches, which follow each other.</summary>
    private PackedMatrix.Piece Piece(int panel, int round)
    {
        int first = round * _tiling.StretchesAtOnce, end = Math.Min(first + _tiling.StretchesAtOnce, _matrix.Stretches);
        PackedMatrix.Piece piece = _matrix.At(panel, first), last = _matrix.At(panel, end - 1);
        return piece with { Count = last.FirstFactor + last.Count - piece.FirstFactor };
    }

    private NativeBuffer CreateOffsets()
    {
        PackedMatrix.Factor[] factors = _matrix.Factors;
        int[] offsets = new int[factors.Length];
        int[] taps = _input.Window.TapOffsets(_input.Layout);
        for (int i = 0; i < factors.Length; i++)
        {
            Plane plane = _input.Planes[factors[i].Plane];
            long start = _input.Source is null
                ? (plane.Block * _input.Layout.PlanePitch) + taps[plane.Tap]
                : (long)(factors[i].Plane % (_tiling.StretchesAtOnce * _input.PlanesOfAStretch)) * _pitch * Kernel.Block;
            offsets[i] = checked((int)(start + factors[i].Lane));
        }

        return NativeBuffer.Of(offsets);
    }

    private static long Aligned(long bytes) => (bytes + 63) & ~63L;

    /// <summary>Pixels that are multiplied at once.</summary>
    /// <param name="Pixel">The first one, counted from the tile's first.</param>
    /// <param name="Length">How many.</param>
    /// <param name="At">Where it lies, in floats.</param>
    private readonly record struct Strip(int Pixel, int Length, long At);
}

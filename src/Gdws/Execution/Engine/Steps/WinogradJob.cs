using System.Runtime.CompilerServices;
using Gdws.Execution.Engine.Kernels;

namespace Gdws.Execution.Engine.Steps;

/// <summary>
/// A 3×3 convolution by <see cref="WinogradTransform"/>:
/// <code>
///   for each group of tiles
///     transform the input               [positions][C/16][tiles][16], stays in the second-level cache
///     for each panel of weights
///       for each position               a matrix product: tiles × C by C × panel
///       transform back, finish
/// </code>
/// A tile depends on nothing but its inputs: the result is the same, bit for bit, however the work is split.
/// </summary>
internal sealed unsafe class WinogradJob : Job
{
    private const int GroupBytes = 300_000;
    private const int MostTiles = 96;
    private const int FewestParts = 4;

    private readonly Kernel _kernel;
    private readonly PackedMatrix _matrix;
    private readonly EpilogueCode _epilogue;
    private readonly MapLayout _input;
    private readonly Window _window;
    private readonly WinogradTransform _transform;
    private readonly NativeBuffer _offsets;
    private readonly NativeBuffer _zeros;
    private readonly int _tilesOfARow;
    private readonly int _tiles;
    private readonly int _groupTiles;
    private readonly int _groups;
    private readonly int _panelsOfAPart;
    private readonly int _partsOfAGroup;
    private readonly nint _blockPitch;
    private readonly nint _positionPitch;
    private readonly nint _productPitch;

    public WinogradJob(
        Kernel kernel, PackedMatrix matrix, EpilogueCode epilogue, int workers, WinogradTransform transform, Window window, MapLayout input)
    {
        _kernel = kernel;
        _matrix = matrix;
        _epilogue = epilogue;
        _input = input;
        _window = window;
        _transform = transform;
        MapLayout output = epilogue.Shape;
        _tilesOfARow = transform.Tiles(output.Width);
        _tiles = _tilesOfARow * transform.Tiles(output.Height) * output.Batch;

        int longest = kernel.LongestStrip;
        int fits = GroupBytes / (transform.Positions * input.Blocks * Kernel.Block * sizeof(float)) / longest * longest;
        int most = Math.Clamp(fits, 2 * longest, MostTiles);
        _groups = (_tiles + most - 1) / most;
        bool splitsPanels = workers > 1 && _tiles < 2 * workers * longest;
        if (workers > 1 && !splitsPanels && _groups < FewestParts * workers)
            _groups = (_groups + workers - 1) / workers * workers;
        _groupTiles = (_tiles + _groups - 1) / _groups;
        _groups = (_tiles + _groupTiles - 1) / _groupTiles;
        int parts = splitsPanels ? Math.Min(matrix.Panels, FewestParts * workers) : 1;
        _panelsOfAPart = (matrix.Panels + parts - 1) / parts;
        _partsOfAGroup = (matrix.Panels + _panelsOfAPart - 1) / _panelsOfAPart;

        // An odd number of cache lines between what is written and read at once, so that it doesn't compete for one place in the cache.
        _blockPitch = OddLines((nint)_groupTiles * Kernel.Block);
        _positionPitch = OddLines(input.Blocks * _blockPitch);
        _productPitch = OddLines((nint)_groupTiles * matrix.PanelWidth);
        _offsets = NativeBuffer.Of((int[])[.. matrix.Factors.Select(factor => (int)((factor.Plane % input.Blocks * _blockPitch) + factor.Lane))]);
        _zeros = NativeBuffer.Of(new float[matrix.PanelWidth]);
    }

    public override long ScratchBytes => PlacesBytes + InputBytes + (_transform.Positions * (long)_productPitch * sizeof(float));

    private int TilePixels => _transform.Size * _transform.Size;

    private long PlacesBytes => (EpilogueCode.PlacesBytes(_groupTiles * TilePixels) + 63) & ~63L;

    private long InputBytes => _transform.Positions * (long)_positionPitch * sizeof(float);

    public override void Run(in JobContext context)
    {
        int group = -1;
        for (int part = context.Take(); part < _groups * _partsOfAGroup; part = context.Take())
        {
            bool isThere = part / _partsOfAGroup == group;
            group = part / _partsOfAGroup;
            int first = group * _groupTiles, count = Math.Min(_groupTiles, _tiles - first);
            if (!isThere)
                TransformInput(context, first, count);
            int firstPanel = part % _partsOfAGroup * _panelsOfAPart;
            for (int panel = firstPanel; panel < Math.Min(_matrix.Panels, firstPanel + _panelsOfAPart); panel++)
            {
                Multiply(context, panel, count);
                TransformBack(context, panel, first, count);
            }
        }
    }

    private static nint OddLines(nint floats) => (((floats + Kernel.Block - 1) / Kernel.Block) | 1) * Kernel.Block;

    private float* Products(in JobContext context) => (float*)(context.Scratch + PlacesBytes + InputBytes);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TransformInput(in JobContext context, int first, int count)
    {
        float* to = (float*)(context.Scratch + PlacesBytes);
        for (int tile = 0; tile < count; tile++)
        {
            PixelRun run = RunOf(first + tile);
            float* from = context.Memory + _window.FirstTap(_input, run);
            for (int block = 0; block < _input.Blocks; block++)
            {
                float* output = to + (block * _blockPitch) + ((nint)tile * Kernel.Block);
                _kernel.WinogradInput(_transform.Size, from + (block * _input.PlanePitch), (nint)_input.RowPitch, output, _positionPitch);
            }

            int rows = Math.Min(_transform.Size, _epilogue.Shape.Height - run.Row);
            for (int row = 0; row < rows; row++)
            {
                int* places = (int*)context.Scratch + (tile * TilePixels) + (row * _transform.Size);
                _epilogue.Locate(run with { Row = run.Row + row }, places, _groupTiles * TilePixels);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Multiply(in JobContext context, int panel, int count)
    {
        float* input = (float*)(context.Scratch + PlacesBytes), products = Products(context);
        int vectors = _matrix.VectorsOf(panel), width = vectors * _kernel.Lanes;
        int strips = 0;
        for (int tile = 0; tile < count; tile += _kernel.StripLength(count - tile))
            strips++;
        StripRun run = new() { Initial = _zeros.Floats, AheadStep = (width + strips - 1) / strips };
        for (int position = 0; position < _transform.Positions; position++)
        {
            PackedMatrix.Piece piece = _matrix.At(panel, position);
            run.Offsets = _offsets.Integers + piece.FirstFactor;
            run.Count = piece.Count;
            run.Weights = _matrix.Weights(piece);
            run.Ahead = run.Weights + ((nint)piece.Count * width);
            for (int tile = 0; tile < count;)
            {
                int length = _kernel.StripLength(count - tile);
                run.Pixels = input + (position * _positionPitch) + ((nint)tile * Kernel.Block);
                run.Sums = products + (position * _productPitch) + ((nint)tile * width);
                _kernel.MultiplyStrip(length, vectors, run);
                run.Ahead += run.Count * run.AheadStep;
                tile += length;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TransformBack(in JobContext context, int panel, int first, int count)
    {
        float* products = Products(context);
        int vectors = _matrix.VectorsOf(panel), width = vectors * _kernel.Lanes;
        MapLayout output = _epilogue.Shape;
        for (int vector = 0; vector < vectors; vector++)
        {
            FinishRun end = _epilogue.Begin(context.Memory, (panel * _matrix.PanelWidth) + (vector * _kernel.Lanes), _kernel.Lanes);
            float* bias = _matrix.Bias(panel) + ((nint)vector * _kernel.Lanes);
            for (int tile = 0; tile < count; tile++)
            {
                PixelRun run = RunOf(first + tile);
                EpilogueCode.MoveTo(ref end, (int*)context.Scratch + (tile * TilePixels), _groupTiles * TilePixels);
                float* from = products + ((nint)tile * width) + (vector * _kernel.Lanes);
                int rows = Math.Min(_transform.Size, output.Height - run.Row);
                _kernel.WinogradOutput(_transform.Size, from, _productPitch, bias, rows, run.Count, end);
            }
        }
    }

    /// <summary>The first row of a tile of outputs.</summary>
    private PixelRun RunOf(int tile)
    {
        MapLayout output = _epilogue.Shape;
        int row = tile / _tilesOfARow, column = (tile - (row * _tilesOfARow)) * _transform.Size;
        int rowsOfAnImage = _transform.Tiles(output.Height), image = row / rowsOfAnImage;
        int firstRow = (row - (image * rowsOfAnImage)) * _transform.Size;
        return new PixelRun(image, firstRow, column, Math.Min(_transform.Size, output.Width - column));
    }
}

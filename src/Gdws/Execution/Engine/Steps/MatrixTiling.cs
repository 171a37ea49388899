using Gdws.Execution.Engine.Kernels;

namespace Gdws.Execution.Engine.Steps;

/// <summary>How a product is cut up: into tiles of pixels, the factors into stretches that a tile holds at once, and the work into parts that workers take.</summary>
internal sealed class MatrixTiling
{
    // 36 planes of 108 pixels take 249 KB: they stay in a second-level cache while all panels of weights pass by.
    private const int MostPixels = 108;
    private const int TileVectors = 36 * MostPixels;

    // Fewer planes leave room for more pixels, whose windows overlap less with those of the next tile.
    private const int LargestFactor = 4;

    // With fewer parts a worker each, some of them would wait long for the last one.
    private const int FewestParts = 4;

    public MatrixTiling(Kernel kernel, PackedMatrix matrix, MatrixInput input, int pixels, int workers)
    {
        int longest = kernel.LongestStrip;
        int fits = input.Source is null ? MostPixels : Math.Clamp(TileVectors / input.Planes.Length, MostPixels, LargestFactor * MostPixels);
        int most = fits / longest * longest;
        int tiles = (pixels + most - 1) / most;
        Pixels = Math.Min(pixels, most);
        if (workers > 1 && tiles < FewestParts * workers)
        {
            // As many tiles a worker as the other one has.
            tiles = (tiles + workers - 1) / workers * workers;
            int even = Math.Max(1, (pixels + tiles - 1) / tiles);
            bool isLong = even >= longest;
            Pixels = isLong ? even : Pixels;
        }

        Tiles = (pixels + Pixels - 1) / Pixels;
        int planes = input.Source is null ? int.MaxValue : Math.Max(input.PlanesOfAStretch, TileVectors / Pixels);
        StretchesAtOnce = input.Source is null ? matrix.Stretches : Math.Clamp(planes / input.PlanesOfAStretch, 1, matrix.Stretches);
        Rounds = (matrix.Stretches + StretchesAtOnce - 1) / StretchesAtOnce;
        PanelsOfAPart = matrix.Panels;
        if (workers > 1 && Tiles < workers)
        {
            // Every worker fills a tile of its own; that costs little where there are so few pixels.
            int parts = Math.Min(matrix.Panels, Rounds == 1 ? FewestParts * workers : workers);
            PanelsOfAPart = (matrix.Panels + parts - 1) / parts;
        }

        PartsOfATile = (matrix.Panels + PanelsOfAPart - 1) / PanelsOfAPart;
    }

    /// <summary>The most pixels of a tile.</summary>
    public int Pixels { get; }

    public int Tiles { get; }

    /// <summary>Stretches of the packed weights that a tile holds at once.</summary>
    public int StretchesAtOnce { get; }

    /// <summary>How often a tile is filled.</summary>
    public int Rounds { get; }

    /// <summary>Panels of weights that one worker multiplies a tile with.</summary>
    public int PanelsOfAPart { get; }

    public int PartsOfATile { get; }
}

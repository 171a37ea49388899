namespace Gdws.Execution.Engine;

/// <summary>Neighbouring pixels of one row of one image.</summary>
internal readonly record struct PixelRun(int Image, int Row, int Column, int Count)
{
    /// <summary>The first run of a range of pixels, counted through all images row by row.</summary>
    /// <param name="layout">The map.</param>
    /// <param name="pixel">The first pixel.</param>
    /// <param name="end">The pixel behind the last one.</param>
    public static PixelRun First(MapLayout layout, int pixel, int end)
    {
        int row = pixel / layout.Width;
        int column = pixel - (row * layout.Width);
        int image = row / layout.Height;
        return new PixelRun(image, row - (image * layout.Height), column, Math.Min(layout.Width - column, end - pixel));
    }
}

namespace Gdws.Data.Images.Png;

/// <summary>The five ways in which PNG predicts a byte from its neighbours before compressing.</summary>
internal static class RowFilter
{
    /// <summary>Adds the predictions back.</summary>
    /// <param name="filter">0 none, 1 left, 2 above, 3 their mean, 4 Paeth's choice.</param>
    /// <param name="row">The row, which is changed.</param>
    /// <param name="above">The row above, restored; zeros for the first.</param>
    /// <param name="distance">Bytes a pixel.</param>
    public static void Undo(byte filter, Span<byte> row, ReadOnlySpan<byte> above, int distance)
    {
        if (filter > 4)
            throw new InvalidDataException($"a row has the filter {filter}, which PNG doesn't have: the file is damaged");
        if (filter == 0)
            return;
        for (int i = 0; i < row.Length; i++)
        {
            int left = i >= distance ? row[i - distance] : 0;
            int corner = i >= distance ? above[i - distance] : 0;
            row[i] += (byte)(filter switch
            {
                1 => left,
                2 => above[i],
                3 => (left + above[i]) / 2,
                _ => Nearest(left, above[i], corner),
            });
        }
    }

    private static int Nearest(int left, int above, int corner)
    {
        int estimate = left + above - corner;
        int toLeft = Math.Abs(estimate - left);
        int toAbove = Math.Abs(estimate - above);
        int toCorner = Math.Abs(estimate - corner);
        return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
    }
}

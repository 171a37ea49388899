namespace Gdws.Cli.Output;

/// <summary>
/// Character cells to draw on; (0, 0) is the centre of the lower left one. Dots are braille, eight a cell, or full stops, one a cell:
/// <code>
/// bits of a braille character   0 3
///                               1 4
///                               2 5
///                               6 7
/// </code>
/// </summary>
internal sealed class PlotCanvas(int columns, int rows, bool unicode)
{
    private const char BrailleStart = '\u2800';

    private static readonly byte[,] _bits = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };

    private readonly char[,] _letters = new char[rows, columns];
    private readonly byte[,] _dots = new byte[rows, columns];

    /// <summary>Puts a letter at a position, or beside it where there is one already.</summary>
    public void Letter(double x, double y, char letter)
    {
        int row = rows - 1 - (int)Math.Round(y), column = (int)Math.Round(x);
        int free = Enumerable.Range(0, columns).OrderBy(i => Math.Abs(i - column)).FirstOrDefault(i => _letters[row, i] == 0, column);
        _letters[row, free] = letter;
    }

    /// <summary>Draws a line of dots.</summary>
    public void Dots((double X, double Y) from, (double X, double Y) to)
    {
        // A dot a half cell across or a quarter cell up, and every second of them left out.
        double length = Math.Max(Math.Abs(to.X - from.X) * 2, Math.Abs(to.Y - from.Y) * 4);
        int count = Math.Max(1, (int)Math.Ceiling(length / 2));
        for (int i = 0; i <= count; i++)
            Dot(from.X + ((to.X - from.X) * i / count), from.Y + ((to.Y - from.Y) * i / count));
    }

    /// <summary>A row of cells, from the top.</summary>
    public string Line(int row) => string.Concat(Enumerable.Range(0, columns).Select(column => Cell(row, column)));

    private char Cell(int row, int column)
    {
        if (_letters[row, column] != 0)
            return _letters[row, column];
        if (_dots[row, column] == 0)
            return ' ';
        return unicode ? (char)(BrailleStart + _dots[row, column]) : '.';
    }

    private void Dot(double x, double y)
    {
        // Cell i reaches from i − ½ to i + ½.
        int across = Math.Clamp((int)Math.Floor((x + 0.5) * 2), 0, (columns * 2) - 1);
        int down = Math.Clamp((int)Math.Floor((rows - 0.5 - y) * 4), 0, (rows * 4) - 1);
        _dots[down / 4, across / 2] |= _bits[down % 4, across % 2];
    }
}

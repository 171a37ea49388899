using Spectre.Console;

namespace Gdws.Cli.Output;

/// <summary>
/// A table of words and figures without vertical lines. Where it is wider than the terminal the words give way: their middle is left out,
/// since the ends of paths and of layer names are what tells them apart. Figures are never cut: where even they don't fit side by side, every row
/// becomes a few lines of its own, each figure behind its name.
/// </summary>
internal sealed class FigureTable
{
    private const string Gap = "  ";
    private const int NarrowestWords = 8;

    private readonly List<(string Header, bool IsWords)> _columns = [];
    private readonly List<string[]> _rows = [];

    public FigureTable Words(params IEnumerable<string> headers) => Add(headers, isWords: true);

    public FigureTable Figures(params IEnumerable<string> headers) => Add(headers, isWords: false);

    /// <summary>Adds a row, a cell a column.</summary>
    public void Row(params IReadOnlyList<string> cells)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(cells.Count, _columns.Count, nameof(cells));
        _rows.Add([.. cells]);
    }

    public void Print(IAnsiConsole console)
    {
        int[] widths = Widths(console.Profile.Width);
        if (widths.Sum() + (Gap.Length * (widths.Length - 1)) > console.Profile.Width)
        {
            PrintRowByRow(console);
            return;
        }

        console.WriteLine(Compose([.. _columns.Select(c => c.Header)], widths), new Style(decoration: Decoration.Bold));
        console.WriteLine(new string('─', widths.Sum() + (Gap.Length * (widths.Length - 1))), new Style(decoration: Decoration.Dim));
        foreach (string[] row in _rows)
            console.WriteLine(Compose(row, widths));
    }

    /// <summary>The first cell, and below it the others with their headers, as many on a line as fit.</summary>
    private void PrintRowByRow(IAnsiConsole console)
    {
        int width = console.Profile.Width;
        foreach (string[] row in _rows)
        {
            console.WriteLine(Shorten(row[0], width), new Style(decoration: Decoration.Bold));
            string line = "";
            foreach (string named in row.Select((cell, i) => cell.Length == 0 ? "" : $"{_columns[i].Header} {cell}").Skip(1).Where(text => text.Length > 0))
            {
                string text = Shorten(named, width - Gap.Length);
                if (line.Length > 0 && line.Length + Gap.Length + text.Length > width)
                {
                    console.WriteLine(line);
                    line = "";
                }

                line += Gap + text;
            }

            if (line.Length > 0)
                console.WriteLine(line);
        }
    }

    private FigureTable Add(IEnumerable<string> headers, bool isWords)
    {
        _columns.AddRange(headers.Select(header => (header, isWords)));
        return this;
    }

    private int[] Widths(int available)
    {
        int[] widths = [.. _columns.Select((column, i) => _rows.Select(row => row[i].Length).Append(column.Header.Length).Max())];
        int excess = widths.Sum() + (Gap.Length * (widths.Length - 1)) - available;
        while (excess > 0)
        {
            // The widest words give way first, so that short ones stay whole.
            int widest = Enumerable.Range(0, widths.Length).Where(i => _columns[i].IsWords && widths[i] > NarrowestWords)
                .OrderByDescending(i => widths[i]).FirstOrDefault(-1);
            if (widest < 0)
                break;
            widths[widest]--;
            excess--;
        }

        return widths;
    }

    private string Compose(string[] cells, int[] widths) => string.Join(Gap, cells.Select((cell, i) => _columns[i].IsWords
        ? Shorten(cell, widths[i]).PadRight(widths[i])
        : cell.PadLeft(widths[i]))).TrimEnd();

    private static string Shorten(string text, int width)
    {
        if (text.Length <= width)
            return text;
        int tail = (width - 1) * 2 / 3;
        return $"{text[..(width - 1 - tail)]}…{text[^tail..]}";
    }
}

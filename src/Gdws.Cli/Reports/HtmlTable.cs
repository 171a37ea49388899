using System.Text;

namespace Gdws.Cli.Reports;

/// <summary>A table of words and figures; on narrow screens it scrolls by itself, with the keyboard too.</summary>
internal sealed class HtmlTable(string caption)
{
    private readonly List<(string Header, bool IsFigure)> _columns = [];
    private readonly List<string[]> _rows = [];

    public HtmlTable Words(params IEnumerable<string> headers) => Add(headers, isFigure: false);

    public HtmlTable Figures(params IEnumerable<string> headers) => Add(headers, isFigure: true);

    /// <summary>Adds a row, a text a column.</summary>
    public void Row(params IReadOnlyList<string> cells)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(cells.Count, _columns.Count, nameof(cells));
        _rows.Add([.. cells]);
    }

    /// <summary>The HTML; columns in which no row has anything are left out.</summary>
    public string Write()
    {
        int[] used = [.. Enumerable.Range(0, _columns.Count).Where(column => column == 0 || _rows.Any(row => row[column].Length > 0))];
        StringBuilder html = new();
        html.Append($"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{Html.Text(caption)}\">\n<table>\n<caption>{Html.Text(caption)}</caption>\n<thead><tr>");
        foreach (int column in used)
            html.Append($"<th scope=\"col\"{Class(column)}>{Html.Text(_columns[column].Header)}</th>");
        html.Append("</tr></thead>\n<tbody>\n");
        foreach (string[] row in _rows)
        {
            html.Append("<tr>");
            foreach (int column in used)
            {
                html.Append(column == 0
                    ? $"<th scope=\"row\">{Html.Text(row[0])}</th>"
                    : $"<td{Class(column)}>{Html.Text(row[column])}</td>");
            }

            html.Append("</tr>\n");
        }

        return html.Append("</tbody>\n</table>\n</div>\n").ToString();
    }

    private string Class(int column) => _columns[column].IsFigure ? " class=\"figure\"" : "";

    private HtmlTable Add(IEnumerable<string> headers, bool isFigure)
    {
        _columns.AddRange(headers.Select(header => (header, isFigure)));
        return this;
    }
}

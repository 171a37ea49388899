using Spectre.Console;

namespace Gdws.Cli.Output;

/// <summary>
/// Accuracy against images per second, drawn with characters: a letter a network, small at its natural and capital at its robust accuracy, and a line of
/// dots from each network to the next faster one. Nothing is drawn where there is no room or nothing to compare.
/// <code>
///  90 % ┤      a
///       │            b      c
///       │      A
///  60 % ┤            B      C
///       └┬─────────────────┬──
///        3,000       5,000 FPS
/// </code>
/// </summary>
internal sealed class AccuracySpeedPlot
{
    public const int NarrowestScreen = 40;

    private const int WidestPlot = 76;
    private const int Rows = 12;
    private const int MarginLeft = 8;
    private const int MostNetworks = 26;

    private readonly IReadOnlyList<PlotPoint> _points;

    /// <param name="points">The networks, the baseline first.</param>
    public AccuracySpeedPlot(IReadOnlyList<PlotPoint> points) => _points = [.. points.Take(MostNetworks)];

    public void Print(IAnsiConsole console)
    {
        int columns = Math.Min(console.Profile.Width, WidestPlot) - MarginLeft - 1;
        if (console.Profile.Width < NarrowestScreen || _points.Count < 2 || _points.Any(p => !(p.Fps > 0) || !double.IsFinite(p.Fps)))
            return;

        PlotAxis x = PlotAxis.Around([.. _points.Select(p => p.Fps)], columns - 1, least: 0);
        PlotAxis y = PlotAxis.Around([.. _points.SelectMany(Accuracies)], Rows - 1, least: 0, most: 100);
        bool unicode = console.Profile.Capabilities.Unicode;
        PlotCanvas canvas = new(columns, Rows, unicode);
        Draw(canvas, x, y, p => p.Natural, 'a');
        if (_points.All(p => p.Robust is not null))
            Draw(canvas, x, y, p => p.Robust!.Value, 'A');

        (string corner, string side, string floor, string tick, string floorTick) = unicode ? ("└", "│", "─", "┤", "┬") : ("+", "|", "-", "+", "+");
        for (int row = 0; row < Rows; row++)
        {
            bool labelled = row is 0 or Rows - 1 || row == Rows / 2;
            string label = labelled ? $"{y.ValueAt(Rows - 1 - row):F0} %" : "";
            console.WriteLine($"{label.PadLeft(MarginLeft - 1)} {(labelled ? tick : side)}{canvas.Line(row)}".TrimEnd());
        }

        int[] ticks = [0, (columns - 1) / 2, columns - 1];
        console.WriteLine(new string(' ', MarginLeft) + corner + string.Concat(Enumerable.Range(0, columns).Select(i => ticks.Contains(i) ? floorTick : floor)));
        console.WriteLine(Scale(columns, ticks, x));
        Legend(console);
    }

    private static IEnumerable<double> Accuracies(PlotPoint point) => point.Robust is { } robust ? [point.Natural, robust] : [point.Natural];

    private void Draw(PlotCanvas canvas, PlotAxis x, PlotAxis y, Func<PlotPoint, double> accuracy, char first)
    {
        PlotPoint[] order = [.. _points.OrderBy(p => p.Fps)];
        for (int i = 1; i < order.Length; i++)
        {
            canvas.Dots(
                (x.Position(order[i - 1].Fps), y.Position(accuracy(order[i - 1]))),
                (x.Position(order[i].Fps), y.Position(accuracy(order[i]))));
        }

        for (int i = 0; i < _points.Count; i++)
            canvas.Letter(x.Position(_points[i].Fps), y.Position(accuracy(_points[i])), (char)(first + i));
    }

    private static string Scale(int columns, int[] ticks, PlotAxis x)
    {
        char[] line = new string(' ', MarginLeft + 1 + columns).ToCharArray();
        string[] labels = [.. ticks.Select(tick => Quantity.Rate(x.ValueAt(tick)))];
        labels[^1] += " FPS";
        for (int i = 0; i < ticks.Length; i++)
        {
            int start = MarginLeft + 1 + ticks[i] - (i == 0 ? 0 : i == ticks.Length - 1 ? labels[i].Length - 1 : labels[i].Length / 2);
            labels[i].CopyTo(0, line, start, labels[i].Length);
        }

        return new string(line).TrimEnd();
    }

    private void Legend(IAnsiConsole console)
    {
        bool robust = _points.All(p => p.Robust is not null);
        string line = "";
        string[] entries = [.. _points.Select((p, i) => $"{(robust ? $"{(char)('A' + i)} " : "")}{(char)('a' + i)} {p.Name}"), robust ? "(capitals: robust)" : "(natural accuracy)"];
        foreach (string entry in entries)
        {
            if (line.Length > 0 && line.Length + 3 + entry.Length > console.Profile.Width)
            {
                console.WriteLine(line);
                line = "";
            }

            line += (line.Length > 0 ? "   " : "") + entry;
        }

        console.WriteLine(line);
    }
}

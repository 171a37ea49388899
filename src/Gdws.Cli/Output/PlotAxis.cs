namespace Gdws.Cli.Output;

/// <summary>Values along a line of character cells.</summary>
/// <param name="Low">The value at the first cell.</param>
/// <param name="High">The value at the last cell.</param>
/// <param name="Cells">The last cell's number, at least 1.</param>
internal readonly record struct PlotAxis(double Low, double High, int Cells)
{
    /// <summary>An axis with round ends that holds all values.</summary>
    public static PlotAxis Around(IReadOnlyCollection<double> values, int cells, double least, double most = double.PositiveInfinity)
    {
        double low = values.Min(), high = values.Max();
        double step = Step(Math.Max(high - low, Math.Max(Math.Abs(high), 1) * 1e-3));
        low = Math.Max(least, Math.Floor((low - (step * 0.25)) / step) * step);
        high = Math.Min(most, Math.Ceiling((high + (step * 0.25)) / step) * step);
        return new PlotAxis(low, high > low ? high : low + step, cells);
    }

    /// <summary>Where a value lies, from 0 to <see cref="Cells"/>.</summary>
    public double Position(double value) => Math.Clamp((value - Low) / (High - Low), 0, 1) * Cells;

    /// <summary>The value at a cell.</summary>
    public double ValueAt(double cell) => Low + ((High - Low) * cell / Cells);

    /// <summary>1, 2 or 5 times a power of ten, about a fifth of a span.</summary>
    private static double Step(double span)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(span / 5)));
        return power * ((span / 5 / power) switch { < 1.5 => 1, < 3.5 => 2, < 7.5 => 5, _ => 10 });
    }
}

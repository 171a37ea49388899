using CsCheck;
using Gdws.Cli.Output;
using Spectre.Console.Testing;

namespace Gdws.Tests.Cli;

public sealed class AccuracySpeedPlotTests
{
    private static readonly PlotPoint[] _demo =
    [
        new("dense", 3080, 85.6, 75.5), new("GDWS, MACs ÷ 1.5", 3230, 82.4, 74), new("GDWS, MACs ÷ 2", 3880, 74.4, 59),
        new("calibrated, MACs ÷ 2", 4380, 84.2, 75.5), new("calibrated, MACs ÷ 3", 5070, 83.6, 75),
    ];

    [Fact]
    public void FasterNetworksStandFurtherRight_AndMoreAccurateOnesHigher()
    {
        string[] lines = Print(80, unicode: true, _demo);

        (int Row, int Column) dense = Find(lines, 'a'), slow = Find(lines, 'c'), fast = Find(lines, 'e'), robust = Find(lines, 'A'), collapsed = Find(lines, 'C');
        Assert.True(dense.Column < slow.Column && slow.Column < fast.Column);
        Assert.True(dense.Row < slow.Row && dense.Row < robust.Row && robust.Row < collapsed.Row);
        Assert.Contains(lines, line => line.Contains("A a dense   B b GDWS, MACs ÷ 1.5", StringComparison.Ordinal));
        Assert.EndsWith("FPS", lines.Single(line => line.EndsWith("FPS", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(60)]
    [InlineData(40)]
    public void ThePlot_FitsTheScreen(int width) => Assert.All(Print(width, unicode: true, _demo), line => Assert.True(line.Length <= width, line));

    [Fact]
    public void WithoutUnicode_ThePlotIsAscii()
    {
        string[] lines = Print(80, unicode: false, [.. _demo.Select(p => p with { Name = p.Name.Replace('÷', '/') })]);

        Assert.All(string.Concat(lines), c => Assert.True(char.IsAscii(c), $"{c}"));
        Assert.Contains(lines, line => line.Contains("+---", StringComparison.Ordinal));
    }

    [Fact]
    public void WhereThereIsNoRoomOrNothingToCompare_NothingIsDrawn()
    {
        Assert.Empty(Print(39, unicode: true, _demo));
        Assert.Empty(Print(80, unicode: true, _demo[..1]));
        Assert.Empty(Print(80, unicode: true, [_demo[0], _demo[1] with { Fps = 0 }]));
    }

    [Fact]
    public void WithoutRobustAccuracies_OnlySmallLettersAreDrawn()
    {
        string[] lines = Print(80, unicode: true, [.. _demo.Select(p => p with { Robust = null })]);

        Assert.Equal((-1, -1), Find(lines, 'A'));
        Assert.NotEqual((-1, -1), Find(lines, 'a'));
    }

    [Fact]
    public void AnyFigures_GiveEveryNetworkItsLetters() => Gen.Select(Gen.Double[0.01, 1e6], Gen.Double[0, 100], Gen.Double[0, 100]).Array[2, 20].Sample(
        figures =>
        {
            string[] lines = Print(80, unicode: true, [.. figures.Select(f => new PlotPoint("", f.Item1, f.Item2, f.Item3))]);
            Assert.All(Enumerable.Range(0, figures.Length), i => Assert.True(
                Find(lines, (char)('a' + i)).Row >= 0 && Find(lines, (char)('A' + i)).Row >= 0, string.Join('\n', lines)));
        },
        iter: 100);

    /// <summary>Where a letter stands in the plot, not in its labels or legend.</summary>
    private static (int Row, int Column) Find(string[] lines, char letter)
    {
        for (int row = 0; row < lines.Length; row++)
        {
            int side = lines[row].IndexOfAny(['│', '┤', '|']);
            int column = side < 0 ? -1 : lines[row].IndexOf(letter, side);
            if (column >= 0)
                return (row, column);
        }

        return (-1, -1);
    }

    private static string[] Print(int width, bool unicode, params PlotPoint[] points)
    {
        using TestConsole console = new();
        console.Profile.Width = width;
        console.Profile.Capabilities.Unicode = unicode;
        new AccuracySpeedPlot(points).Print(console);
        return console.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}

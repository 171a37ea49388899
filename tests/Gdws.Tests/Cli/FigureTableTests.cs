using Gdws.Cli.Output;
using Spectre.Console.Testing;

namespace Gdws.Tests.Cli;

public sealed class FigureTableTests
{
    [Fact]
    public void WordsStandLeftAndFiguresRight()
    {
        Assert.Equal(
            [
                "layer  kind   MACs",
                "──────────────────",
                "conv1  dense  1 M",
                "c2     gdws   20 M",
            ],
            Print(100, new FigureTable().Words("layer", "kind").Figures("MACs"), ["conv1", "dense", " 1 M"], ["c2", "gdws", "20 M"])
                .Select(l => l.Replace("   1 M", "  1 M", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(60)]
    [InlineData(40)]
    public void ATableTooWide_ShortensItsWordsAndKeepsItsFigures(int width)
    {
        string[] lines = Print(width, new FigureTable().Words("network", "engine").Figures("FPS", "ratio"),
            ["a/very/long/path/" + new string('x', 200) + "/resnet.onnx", "onnxruntime", "1,234,567", "12.34×"]);

        Assert.All(lines, line => Assert.True(line.Length <= width, line));
        Assert.Contains("…", lines[^1], StringComparison.Ordinal);
        Assert.EndsWith("1,234,567  12.34×", lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(24)]
    public void WhereFiguresDontFitSideBySide_EveryRowTakesAFewLines(int width)
    {
        string[] lines = Print(width, new FigureTable().Words("layer", "kind").Figures("MACs", "parameters", "share", "G", "saving"),
            ["layer1.0.conv1", "gdws", "37.75 M", "36.86 k", "6.8 %", "", "1.97×"], ["c2", "dense", "1 M", "2 k", "1 %", "64", "2.00×"]);

        Assert.All(lines, line => Assert.True(line.Length <= width, line));
        Assert.Equal(["layer1.0.conv1", "c2"], lines.Where(line => line[0] != ' '));
        string text = string.Join(' ', lines);
        Assert.All(["kind gdws", "MACs 37.75 M", "parameters 36.86 k", "share 6.8 %", "saving 1.97×", "G 64"], figure => Assert.Contains(figure, text, StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.EndsWith(" G", StringComparison.Ordinal));
    }

    [Fact]
    public void WhatLooksLikeMarkup_IsText()
    {
        string[] lines = Print(100, new FigureTable().Words("layer"), ["[red]layer[/] [0]"]);

        Assert.Equal("[red]layer[/] [0]", lines[^1]);
    }

    private static string[] Print(int width, FigureTable table, params string[][] rows)
    {
        foreach (string[] row in rows)
            table.Row(row);
        using TestConsole console = new();
        console.Profile.Width = width;
        table.Print(console);
        return console.Output.TrimEnd('\n').Split('\n');
    }
}

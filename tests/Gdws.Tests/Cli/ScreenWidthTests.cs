using Gdws.Cli.Output;

namespace Gdws.Tests.Cli;

public sealed class ScreenWidthTests
{
    [Theory]
    [InlineData(null, null, 100)]
    [InlineData(null, 80, 80)]
    [InlineData(null, 300, 100)]
    [InlineData("60", 80, 60)]
    [InlineData("40", null, 40)]
    [InlineData("200", 80, 100)]
    [InlineData("3", 80, 20)]
    [InlineData("", 80, 80)]
    [InlineData("0", 80, 80)]
    [InlineData("wide", null, 100)]
    public void ColumnsCountBeforeTheTerminal_WithinWhatCanBeRead(string? columns, int? terminal, int expected) =>
        Assert.Equal(expected, ScreenWidth.Of(columns, terminal));
}

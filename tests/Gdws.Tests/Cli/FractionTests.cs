using Gdws.Cli;

namespace Gdws.Tests.Cli;

public sealed class FractionTests
{
    [Theory]
    [InlineData("8/255", 8.0 / 255)]
    [InlineData("0.1", 0.1)]
    [InlineData("1e-3", 0.001)]
    [InlineData("12", 12)]
    [InlineData("0", 0)]
    [InlineData("0.5/2", 0.25)]
    public void ANumberOrFraction_IsReadAndShownAsWritten(string text, double expected)
    {
        Assert.True(Fraction.TryParse(text, out Fraction fraction));
        Assert.Equal(expected, fraction.Value);
        Assert.Equal(text, fraction.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("8/0")]
    [InlineData("8/-255")]
    [InlineData("-1")]
    [InlineData("1/2/3")]
    [InlineData("eight")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("1e999")]
    [InlineData("/255")]
    [InlineData("8/")]
    public void AnythingElse_IsRefused(string text) => Assert.False(Fraction.TryParse(text, out _));
}

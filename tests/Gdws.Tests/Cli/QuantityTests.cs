using Gdws.Cli.Output;

namespace Gdws.Tests.Cli;

public sealed class QuantityTests
{
    [Theory]
    [InlineData(406, 500, "81.2 % (406 of 500)")]
    [InlineData(8455, 10_000, "84.55 % (8,455 of 10,000)")]
    [InlineData(2, 3, "67 % (2 of 3)")]
    [InlineData(0, 0, "no images")]
    public void AnAccuracy_HasAsManyDigitsAsTheImagesCarry(int correct, int images, string expected) =>
        Assert.Equal(expected, Quantity.Accuracy(correct, images));

    [Theory]
    [InlineData(640, "640")]
    [InlineData(9_999, "9,999")]
    [InlineData(36_992, "36.99 k")]
    [InlineData(555_422_720, "555.4 M")]
    [InlineData(1_814_073_344, "1.814 G")]
    public void ALargeCount_HasFourDigitsAndAUnit(long count, string expected) => Assert.Equal(expected, Quantity.Large(count));

    [Theory]
    [InlineData(8.311, "8.31")]
    [InlineData(78.23, "78.2")]
    [InlineData(260.4, "260")]
    [InlineData(1_244, "1,240")]
    public void ARate_HasThreeDigits(double rate, string expected) => Assert.Equal(expected, Quantity.Rate(rate));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.0000123, "1.2E-05")]
    [InlineData(0.0130, "0.0130")]
    [InlineData(3.9, "3.90")]
    [InlineData(123.4, "123.4")]
    public void ASmallQuantity_KeepsItsDigits(double value, string expected) => Assert.Equal(expected, Quantity.Small(value));

    [Theory]
    [InlineData(4.21, "4.2 s")]
    [InlineData(59.4, "59 s")]
    [InlineData(59.6, "1:00")]
    [InlineData(65, "1:05")]
    [InlineData(7800, "2:10:00")]
    public void ATime_IsShort(double seconds, string expected) => Assert.Equal(expected, Quantity.Time(seconds));
}

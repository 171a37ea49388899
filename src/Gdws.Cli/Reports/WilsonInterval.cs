namespace Gdws.Cli.Reports;

/// <summary>What a share found on some images says about the share on all images like them.</summary>
/// <param name="Low">The lower end in percent.</param>
/// <param name="High">The upper end in percent.</param>
/// <remarks>
/// The score interval of Wilson, "Probable inference, the law of succession, and statistical inference", JASA 1927: unlike the usual normal one it never
/// leaves 0 to 100 % and is of use with few images and near the ends.
/// </remarks>
internal sealed record WilsonInterval(double Low, double High)
{
    /// <summary>The 97.5 % point of the normal distribution: 95 of 100 such intervals hold the true share.</summary>
    private const double Z = 1.959963984540054;

    /// <summary>The 95 % interval.</summary>
    /// <param name="correct">Images that were right, 0 to <paramref name="images"/>.</param>
    /// <param name="images">All images, at least 1.</param>
    public static WilsonInterval Of(int correct, int images)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(images, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(correct);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(correct, images);
        double share = (double)correct / images, square = Z * Z / images;
        double centre = (share + (square / 2)) / (1 + square);
        double half = Z / (1 + square) * Math.Sqrt((share * (1 - share) / images) + (square / (4 * images)));
        return new WilsonInterval(100 * Math.Max(0, centre - half), 100 * Math.Min(1, centre + half));
    }
}

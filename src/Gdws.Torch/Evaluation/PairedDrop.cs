namespace Gdws.Torch.Evaluation;

/// <summary>How much accuracy one network loses against another on the same images, and how sure that is.</summary>
/// <remarks>
/// With d_i ∈ {−1, 0, 1} what image i lost (1: only the first network is right, −1: only the second), the drop is the mean of d and its standard error
/// sd(d)/√n. Most images are judged alike by both networks, so this is far smaller than the error of either accuracy.
/// </remarks>
/// <param name="Points">The first network's accuracy less the second's, in percentage points.</param>
/// <param name="StandardError">Of <paramref name="Points"/>, in percentage points.</param>
public readonly record struct PairedDrop(double Points, double StandardError)
{
    /// <summary>Compares two networks.</summary>
    /// <param name="before">Positions of the images that the first is right on, e.g. <see cref="NaturalResult.Standing"/>.</param>
    /// <param name="after">The same of the second.</param>
    /// <param name="images">How many images both looked at, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no images.</exception>
    public static PairedDrop Of(IReadOnlyCollection<int> before, IReadOnlyCollection<int> after, int images)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        ArgumentOutOfRangeException.ThrowIfLessThan(images, 1);
        HashSet<int> first = [.. before];
        int both = after.Count(first.Contains);
        double lost = first.Count - both, won = after.Count - both;
        double mean = (lost - won) / images;
        double variance = Math.Max(0, ((lost + won) / images) - (mean * mean));
        double unbiased = images > 1 ? variance * images / (images - 1) : 0;
        return new PairedDrop(100 * mean, 100 * Math.Sqrt(unbiased / images));
    }

    /// <summary>E.g. <c>0.4 ± 0.6</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{Points:0.0;−0.0;0.0} ± {StandardError:0.0}");
}

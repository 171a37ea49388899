namespace Gdws.Planning;

/// <summary>Finds the smallest network that is still good enough, with few attempts.</summary>
/// <remarks>
/// Whether a network is good enough can only be measured, and each measurement takes long. The speed-up R is bisected on a logarithmic scale between 1 (the
/// dense network, which is good enough by definition) and what can be reached at all: the range halves with every attempt, so seven leave 1.6 % of a range of 8×.
/// Where quality doesn't fall steadily with R the result is good enough all the same, if maybe not the smallest.
/// </remarks>
public static class SpeedupSearch
{
    /// <summary>Searches.</summary>
    /// <typeparam name="T">What an attempt makes.</typeparam>
    /// <param name="most">The largest speed-up that can be reached, finite and at least 1.</param>
    /// <param name="attempt">Makes a network of a speed-up and says whether it is good enough.</param>
    /// <param name="precision">The search ends when the smallest network not good enough has at most this times the speed-up of the best; above 1, e.g. 1.02.</param>
    /// <param name="mostAttempts">Attempts at most, at least 1.</param>
    /// <returns>What the best attempt made; null where none was good enough.</returns>
    public static T? Largest<T>(double most, Func<double, (T Result, bool IsGoodEnough)> attempt, double precision = 1.02, int mostAttempts = 8)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(attempt);
        ArgumentOutOfRangeException.ThrowIfLessThan(mostAttempts, 1);
        if (!(precision > 1))
            throw new ArgumentOutOfRangeException(nameof(precision), precision, "expected more than 1");
        if (!(most >= 1 && double.IsFinite(most)))
            throw new ArgumentOutOfRangeException(nameof(most), most, "expected a finite number of at least 1");
        double low = 1, high = most;
        T? best = null;
        for (int i = 0; i < mostAttempts && high / low > precision; i++)
        {
            double middle = Math.Sqrt(low * high);
            (T result, bool isGoodEnough) = attempt(middle);
            if (isGoodEnough)
                (low, best) = (middle, result);
            else
                high = middle;
        }

        return best;
    }
}

using System.Collections.Immutable;

namespace Gdws.Planning;

/// <summary>Milliseconds of a layer as a function of its number of kernels G: a staircase that never falls.</summary>
/// <remarks>
/// Engines work on channels in blocks, so the time of a number of kernels is that of the next multiple of the block. At multiples the measured times, made
/// to rise by isotonic regression (what noise made fall is replaced by its mean), are joined by lines. A layer with fewer components than a block can only
/// have all of them, or a number that was measured.
/// </remarks>
public sealed class LatencyCurve
{
    private readonly ImmutableArray<LatencyPoint> _points;
    private readonly int[] _kernels;
    private readonly double[] _milliseconds;

    /// <summary>Fits the curve.</summary>
    /// <param name="points">At least one, by ascending number of kernels.</param>
    /// <param name="block">The number of channels that the engine works on at once, at least 1.</param>
    /// <exception cref="ArgumentException">There is no point, or they aren't in order.</exception>
    public LatencyCurve(IReadOnlyList<LatencyPoint> points, int block)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentOutOfRangeException.ThrowIfLessThan(block, 1);
        ArgumentOutOfRangeException.ThrowIfZero(points.Count, nameof(points));
        for (int i = 1; i < points.Count; i++)
        {
            if (points[i].Kernels <= points[i - 1].Kernels)
                throw new ArgumentException($"numbers of kernels must ascend, found {points[i].Kernels} at {i}", nameof(points));
        }

        Block = block;
        _points = [.. points];
        LatencyPoint[] aligned = [.. points.Where(point => point.Kernels % block == 0)];
        if (aligned.Length == 0)
            aligned = [.. points];
        _kernels = [.. aligned.Select(point => point.Kernels)];
        _milliseconds = Rising([.. aligned.Select(point => point.Milliseconds)]);
    }

    /// <summary>The number of channels that the engine works on at once.</summary>
    public int Block { get; }

    /// <summary>The time with so many kernels, in milliseconds a run.</summary>
    /// <param name="kernels">G, at least 0; below the fewest that were measured it takes as long as with those.</param>
    public double At(int kernels)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(kernels);
        if (kernels % Block != 0 && _points.FirstOrDefault(point => point.Kernels == kernels) is { } measured)
            return measured.Milliseconds;

        double rounded = Math.Max(1, (kernels + (long)Block - 1) / Block) * Block;
        if (rounded <= _kernels[0])
            return _milliseconds[0];
        if (_kernels.Length == 1)
            return _milliseconds[0] * rounded / _kernels[0];

        // Beyond the last point the last line goes on.
        int next = 1;
        while (next < _kernels.Length - 1 && _kernels[next] < rounded)
            next++;
        double share = (rounded - _kernels[next - 1]) / (_kernels[next] - _kernels[next - 1]);
        return _milliseconds[next - 1] + (share * (_milliseconds[next] - _milliseconds[next - 1]));
    }

    /// <summary>The most kernels, a multiple of the block, with which the layer takes less than some time; 0 where none do.</summary>
    /// <param name="milliseconds">The time to stay below, e.g. that of the dense layer.</param>
    /// <param name="most">The largest number to consider: the layer's components.</param>
    public int MostBelow(double milliseconds, int most)
    {
        int low = 0, high = most / Block;
        while (low < high)
        {
            int middle = high - ((high - low) / 2);
            if (At(middle * Block) < milliseconds)
                low = middle;
            else
                high = middle - 1;
        }

        return low * Block;
    }

    /// <summary>The numbers of kernels that suit the engine and the layer, ascending.</summary>
    /// <param name="components">C·min(M, K²), the most that there are.</param>
    /// <param name="fewest">The fewest that may be chosen, at least 0.</param>
    /// <param name="roundTo">Numbers are multiples of this as well as of the block; at least 1.</param>
    public IEnumerable<int> Suitable(int components, int fewest = 0, int roundTo = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(roundTo, 1);
        long step = (long)Block / (long)System.Numerics.BigInteger.GreatestCommonDivisor(Block, roundTo) * roundTo;
        bool found = false;
        for (long kernels = Math.Max(1, (fewest + step - 1) / step) * step; kernels <= components; kernels += step)
        {
            found = true;
            yield return (int)kernels;
        }

        if (!found)
            yield return components;
    }

    /// <summary>The nearest list that never falls, by the sum of squares (pool adjacent violators).</summary>
    private static double[] Rising(double[] values)
    {
        List<(double Sum, int Count)> pools = [];
        foreach (double value in values)
        {
            (double Sum, int Count) pool = (value, 1);
            while (pools.Count > 0 && pools[^1].Sum * pool.Count > pool.Sum * pools[^1].Count)
            {
                pool = (pool.Sum + pools[^1].Sum, pool.Count + pools[^1].Count);
                pools.RemoveAt(pools.Count - 1);
            }

            pools.Add(pool);
        }

        return [.. pools.SelectMany(pool => Enumerable.Repeat(pool.Sum / pool.Count, pool.Count))];
    }
}

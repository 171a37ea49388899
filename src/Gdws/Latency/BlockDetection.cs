using Gdws.Planning;

namespace Gdws.Latency;

/// <summary>Finds the multiple of kernels that an engine likes.</summary>
internal static class BlockDetection
{
    // Less than what measurements are good for isn't worth smaller steps.
    private const double WorthIt = 0.97;

    /// <summary>
    /// The largest of 16, 8, 4 and 1 that a finer one doesn't beat: with half (a quarter, …) of a block more than a multiple the time is the same as with the next
    /// multiple, or longer, in the middle one of all layers.
    /// </summary>
    /// <param name="layers">The measured times of layers by number of kernels, ascending.</param>
    public static int Of(IReadOnlyCollection<IReadOnlyList<LatencyPoint>> layers)
    {
        foreach ((int finer, int coarser) in (ReadOnlySpan<(int, int)>)[(8, 16), (4, 8), (1, 4)])
        {
            double[] ratios = [.. layers.SelectMany(points => Ratios(points, finer)).Order()];
            if (ratios.Length == 0 || ratios[ratios.Length / 2] > WorthIt)
                return coarser;
        }

        return 1;
    }

    /// <summary>The time at a multiple of 16 and a bit more, over that at the next multiple.</summary>
    private static IEnumerable<double> Ratios(IReadOnlyList<LatencyPoint> points, int more) =>
        from point in points
        where point.Kernels % KernelGrid.Block == more
        let next = points.FirstOrDefault(other => other.Kernels == point.Kernels - more + KernelGrid.Block)
        where next is { Milliseconds: > 0 }
        select point.Milliseconds / next.Milliseconds;
}

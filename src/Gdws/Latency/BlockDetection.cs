using Gdws.Planning;

namespace Gdws.Latency;

/// <summary>Finds the multiple of kernels that an engine likes.</summary>
internal static class BlockDetection
{
    // Halfway between two multiples half of the way in time is what no stair would give, the whole way what one gives.
    private const double Stair = 0.8;

    /// <summary>
    /// The largest of 16, 8, 4 and 1 that a finer one doesn't beat. Half of a block more than a multiple must take at least 0.8 of the time that the whole
    /// block takes more, over all layers together.
    /// </summary>
    /// <param name="layers">The measured times of layers by number of kernels, ascending.</param>
    public static int Of(IReadOnlyCollection<IReadOnlyList<LatencyPoint>> layers)
    {
        foreach ((int finer, int coarser) in (ReadOnlySpan<(int, int)>)[(8, 16), (4, 8), (1, 4)])
        {
            double part = 0, whole = 0;
            foreach (IReadOnlyList<LatencyPoint> points in layers)
            {
                foreach (LatencyPoint point in points.Where(point => point.Kernels % KernelGrid.Block == 0))
                {
                    if (At(points, point.Kernels + finer) is not { } some || At(points, point.Kernels + coarser) is not { } all)
                        continue;
                    part += some - point.Milliseconds;
                    whole += all - point.Milliseconds;
                }
            }

            // Where noise hides the stairs the coarser one is on the safe side.
            if (whole <= 0 || part >= Stair * whole)
                return coarser;
        }

        return 1;
    }

    private static double? At(IReadOnlyList<LatencyPoint> points, int kernels) =>
        points.FirstOrDefault(point => point.Kernels == kernels)?.Milliseconds;
}

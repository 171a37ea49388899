using Gdws.Decomposition;

namespace Gdws.Torch.Calibration;

/// <summary>The order in which kernels of a layer are given up, and what each number of kernels costs in error.</summary>
/// <remarks>
/// Removing a kernel when the others' pointwise weights make good for it raises the error by Σ_m F_m P_mg² / [H⁻¹]_gg (Hassibi and Stork 1993, optimal brain
/// surgeon). Every round removes the kernels for which that is smallest, at most one a channel, since neighbours of a channel make good for each other.
/// H⁻¹ and P are then brought up to date by the Schur complement instead of being computed anew:
/// with R removed and A = H⁻¹, A ← A − A_·R A_RR⁻¹ A_R·, Pᵀ ← Pᵀ − A_·R A_RR⁻¹ Pᵀ_R, E ← E + tr F P_R A_RR⁻¹ P_Rᵀ.
/// </remarks>
internal sealed class KernelRemoval : IDisposable
{
    private const double Damping = 1e-6;
    private const double SharePerRound = 0.08;

    private readonly KernelSet _start;
    private readonly List<int> _removed;

    private KernelRemoval(KernelSet start, List<int> removed, ErrorCurve curve)
    {
        _start = start;
        _removed = removed;
        Curve = curve;
    }

    /// <summary>The error by the number of kernels.</summary>
    public ErrorCurve Curve { get; }

    /// <summary>Finds the order.</summary>
    /// <param name="problem">The layer.</param>
    /// <param name="start">The kernels to begin with; kept.</param>
    /// <param name="fewest">Where to stop, at least 1.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public static KernelRemoval Of(LayerProblem problem, KernelSet start, int fewest, CancellationToken cancellation)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        (Tensor h, Tensor t) = problem.Reduce(start);
        Tensor inverse = LeastSquares.Inverse(h, Damping);
        Tensor pointwise = inverse.mm(t);
        double error = Math.Max(0, problem.DenseError - (t.mm(problem.OutputMetric) * pointwise).sum().item<double>());

        List<int> alive = [.. Enumerable.Range(0, start.Count)];
        List<int> removed = [];
        List<(int Kernels, double Error)> curve = [(alive.Count, error)];
        while (alive.Count > fewest)
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope round = torch.NewDisposeScope();
            double[] saliency = ((pointwise.mm(problem.OutputMetric) * pointwise).sum(1) / inverse.diagonal()).cpu().data<double>().ToArray();
            int most = Math.Min(alive.Count - fewest, Math.Max(1, (int)(SharePerRound * alive.Count)));
            int[] lowest = Lowest(saliency, [.. alive.Select(kernel => start.Map[kernel])], most);

            Tensor gone = Index(lowest, inverse.device);
            int[] left = [.. Enumerable.Range(0, alive.Count).Except(lowest)];
            Tensor kept = Index(left, inverse.device);
            Tensor columns = inverse.index_select(1, gone);
            Tensor own = columns.index_select(0, gone);
            Tensor across = columns.index_select(0, kept);
            Tensor weights = pointwise.index_select(0, gone);
            Tensor solved = LeastSquares.Solve(own, torch.cat([weights, across.t()], 1), 1e-14);
            Tensor solvedWeights = solved.narrow(1, 0, weights.shape[1]);
            Tensor solvedColumns = solved.narrow(1, weights.shape[1], left.Length);
            error += Math.Max(0, (weights.mm(problem.OutputMetric) * solvedWeights).sum().item<double>());

            Tensor nextInverse = inverse.index_select(0, kept).index_select(1, kept).addmm_(across, solvedColumns, beta: 1, alpha: -1);
            Tensor nextPointwise = pointwise.index_select(0, kept).addmm_(across, solvedWeights, beta: 1, alpha: -1);
            inverse.Dispose();
            pointwise.Dispose();
            inverse = nextInverse.MoveToOuterDisposeScope();
            pointwise = nextPointwise.MoveToOuterDisposeScope();

            // Within a round, too, the worst goes first: the order holds at any number.
            removed.AddRange(lowest.Select(place => alive[place]));
            alive = [.. left.Select(place => alive[place])];
            curve.Add((alive.Count, error));
        }

        curve.Reverse();
        return new KernelRemoval(start, removed, new ErrorCurve([.. curve.Select(point => point.Kernels)], [.. curve.Select(point => point.Error)]));
    }

    /// <summary>The kernels that are left at a number.</summary>
    /// <param name="kernels">From the curve's fewest to its most.</param>
    public KernelSet At(int kernels)
    {
        HashSet<int> gone = [.. _removed.Take(_start.Count - kernels)];
        return _start.Keep([.. Enumerable.Range(0, _start.Count).Where(kernel => !gone.Contains(kernel))]);
    }

    public void Dispose() => _start.Dispose();

    /// <summary>The places of the smallest values, at most one a channel, smallest first.</summary>
    private static int[] Lowest(double[] saliency, int[] channels, int most)
    {
        int[] order = [.. Enumerable.Range(0, saliency.Length)];
        Array.Sort([.. saliency], order);
        HashSet<int> used = [];
        return [.. order.Where(place => used.Add(channels[place])).Take(most)];
    }

    private static Tensor Index(int[] places, torch.Device device) => torch.tensor(places, ScalarType.Int64, device);
}

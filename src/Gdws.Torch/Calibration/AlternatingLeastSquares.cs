namespace Gdws.Torch.Calibration;

/// <summary>Improves kernels and pointwise weights by turns, each the best for the other.</summary>
/// <remarks>
/// P for given D is one linear system. D for given P minimises tr F (W − P D) S (W − P D)ᵀ over the elements within every kernel's channel:
/// [(PᵀFP) D S]_own = [PᵀF W S]_own, too large to be written down, so it is approached by conjugate gradients, preconditioned by the channel's own
/// S_cc⁻¹ / (PᵀFP)_gg. Neither half can raise the error.
/// </remarks>
internal static class AlternatingLeastSquares
{
    private const int Steps = 6;
    private const double Damping = 1e-6;

    /// <summary>Runs some rounds.</summary>
    /// <param name="problem">The layer.</param>
    /// <param name="kernels">The kernels; not disposed.</param>
    /// <param name="rounds">How many, at least 0.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <returns>New kernels of length 1.</returns>
    public static KernelSet Improve(LayerProblem problem, KernelSet kernels, int rounds, CancellationToken cancellation)
    {
        KernelSet current = kernels with { Kernels = kernels.Kernels.clone() };
        if (kernels.Count == 0)
            return current;
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor inverses = InverseBlocks(problem);
        for (int round = 0; round < rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            using Tensor pointwise = Pointwise(problem, current);
            KernelSet next = Normalised(current with { Kernels = BetterKernels(problem, current, pointwise, inverses) });
            current.Dispose();
            current = next;
        }

        _ = current.Kernels.DetachFromDisposeScope();
        return current;
    }

    /// <summary>P for given kernels, <c>[M, G]</c>.</summary>
    public static Tensor Pointwise(LayerProblem problem, KernelSet kernels)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        (Tensor h, Tensor t) = problem.Reduce(kernels);
        return LeastSquares.Solve(h, t, Damping).t().contiguous().MoveToOuterDisposeScope();
    }

    private static Tensor BetterKernels(LayerProblem problem, KernelSet kernels, Tensor pointwise, Tensor inverses)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        int[] map = kernels.Map;
        Tensor weighted = pointwise.t().mm(problem.OutputMetric);
        Tensor metric = weighted.mm(pointwise);
        Tensor target = problem.OwnBlocks(weighted, problem.WeightedWeight.t().contiguous(), map);
        Tensor blocks = inverses.index_select(0, torch.tensor(map, ScalarType.Int64, inverses.device));
        Tensor scale = metric.diagonal().clamp(min: KeptScalar.Of(1e-30)).reciprocal().unsqueeze(1);

        Tensor x = kernels.Kernels.clone();
        Tensor residual = target.Minus(Apply(x));
        Tensor preconditioned = Precondition(residual);
        Tensor direction = preconditioned.clone();
        double product = (residual * preconditioned).sum().item<double>();
        for (int step = 0; step < Steps && product > 0; step++)
        {
            using DisposeScope inner = torch.NewDisposeScope();
            Tensor applied = Apply(direction);
            double curvature = (direction * applied).sum().item<double>();
            if (!(curvature > 0))
                break;
            x.Increase(direction, product / curvature);
            residual.Increase(applied, -product / curvature);
            Tensor next = Precondition(residual);
            double nextProduct = (residual * next).sum().item<double>();
            direction.Scale(nextProduct / product).Increase(next);
            product = nextProduct;
        }

        return x.MoveToOuterDisposeScope();

        Tensor Apply(Tensor rows)
        {
            using Tensor full = problem.TimesCovariance(map, rows);
            return problem.OwnBlocks(metric, full, map);
        }

        Tensor Precondition(Tensor rows) => blocks.bmm(rows.unsqueeze(2)).squeeze(2) * scale;
    }

    private static Tensor InverseBlocks(LayerProblem problem)
    {
        // The damping of S makes every block definite, but rounding can still spoil it where a channel is dead.
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor blocks = problem.ChannelBlocks();
        blocks.diagonal(0, 1, 2).Increase(1e-9 * blocks.diagonal(0, 1, 2).mean().item<double>());
        return torch.linalg.inv(blocks).MoveToOuterDisposeScope();
    }

    private static KernelSet Normalised(KernelSet kernels)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using Tensor old = kernels.Kernels;
        Tensor lengths = old.square().sum(1, keepdim: true).sqrt();
        return kernels with { Kernels = (old / torch.where(lengths.gt(KeptScalar.Zero), lengths, torch.ones_like(lengths))).MoveToOuterDisposeScope() };
    }
}

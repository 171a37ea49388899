namespace Gdws.Torch.Calibration;

/// <summary>What a refit of one layer has to know of its inputs z and targets t: moments, and how an attack moves both.</summary>
/// <param name="unknowns">The length of z.</param>
/// <param name="outputs">The length of t.</param>
/// <param name="forms">The parts of every batch: the first clean, the others the same images perturbed; 1 where differences don't count.</param>
/// <param name="withMeans">Whether means over all positions of an image count by themselves.</param>
/// <param name="device">Where sums are kept.</param>
internal sealed class RefitSums(long unknowns, long outputs, int forms, bool withMeans, torch.Device device) : IDisposable
{
    private readonly CovarianceSum _all = new(unknowns, outputs, device);
    private readonly CovarianceSum? _differences = forms > 1 ? new CovarianceSum(unknowns, outputs, device, centred: false) : null;

    private readonly CovarianceSum? _means = withMeans ? new CovarianceSum(unknowns, outputs, device) : null;

    /// <summary>Adds a batch.</summary>
    /// <param name="z"><c>[N·P, unknowns]</c>.</param>
    /// <param name="t"><c>[N·P, outputs]</c>.</param>
    public void Add(Tensor z, Tensor t)
    {
        _all.Add(z, t);
        if (_differences is null)
            return;
        using DisposeScope scope = torch.NewDisposeScope();
        long each = z.shape[0] / forms;
        Tensor cleanInput = z.narrow(0, 0, each), cleanTarget = t.narrow(0, 0, each);
        for (int form = 1; form < forms; form++)
            _differences.Add(z.narrow(0, form * each, each).Minus(cleanInput), t.narrow(0, form * each, each).Minus(cleanTarget));
    }

    /// <summary>Adds the means of a batch over all positions.</summary>
    /// <param name="z"><c>[N, unknowns]</c>.</param>
    /// <param name="t"><c>[N, outputs]</c>.</param>
    public void AddMeans(Tensor z, Tensor t) => _means!.Add(z, t);

    /// <summary>Cov z + γ E ΔzΔzᵀ + κ Cov z̄ and Cov(z, t) + γ E ΔzΔtᵀ + κ Cov(z̄, t̄).</summary>
    /// <param name="gamma">γ.</param>
    /// <param name="kappa">κ.</param>
    public (Tensor H, Tensor T) Combined(double gamma, double kappa)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor h = _all.Covariance(), t = _all.Cross();
        if (_differences is { Count: > 0 })
        {
            h.Increase(_differences.Covariance(), gamma);
            t.Increase(_differences.Cross(), gamma);
        }

        if (_means is not null)
        {
            h.Increase(_means.Covariance(), kappa);
            t.Increase(_means.Cross(), kappa);
        }

        return (h.MoveToOuterDisposeScope(), t.MoveToOuterDisposeScope());
    }

    /// <summary>E z.</summary>
    public Tensor RowMean() => _all.Mean();

    /// <summary>E t.</summary>
    public Tensor TargetMean() => _all.OtherMean();

    public void Dispose()
    {
        _all.Dispose();
        _differences?.Dispose();
        _means?.Dispose();
    }
}

namespace Gdws.Torch.Calibration;

/// <summary>
/// The output error of one layer as a quadratic form of its weight: E(Q) = tr F (W − Q) S (W − Q)ᵀ, where Q = P D stands for the GDWS convolution. All
/// questions of the calibration that regard one layer alone are asked of this.
/// </summary>
/// <remarks>
/// S is damped by 1e-4 of its mean diagonal element. In E this is a pull of Q towards the dense W, which decides what the images leave open.
/// Row g of D is zero outside its channel, so D is kept as
/// <c>[C, most kernels of a channel, K²]</c>, filled up with zeros, and products with it are one batch of small ones.
/// </remarks>
internal sealed class LayerProblem : IDisposable
{
    private const double Damping = 1e-4;

    private readonly int _taps;

    /// <summary>Poses the problem.</summary>
    /// <param name="weight">W, <c>[M, C·K²]</c>, double precision; kept.</param>
    /// <param name="covariance">S, <c>[C·K², C·K²]</c>, double precision; kept and damped.</param>
    /// <param name="mean">μ, <c>[C·K²]</c>, double precision; not kept.</param>
    /// <param name="outputMetric">F, <c>[M, M]</c>, double precision; kept.</param>
    /// <param name="kernelSize">K².</param>
    public LayerProblem(Tensor weight, Tensor covariance, Tensor mean, Tensor outputMetric, int kernelSize)
        : this(weight, covariance, mean, outputMetric, kernelSize, null)
    {
    }

    /// <summary>Poses the problem for targets that aren't W u: E then lacks a constant.</summary>
    /// <param name="weight">W, <c>[M, C·K²]</c>, what damping pulls towards; double precision; kept.</param>
    /// <param name="covariance">S, <c>[C·K², C·K²]</c>, double precision; kept and damped.</param>
    /// <param name="mean">μ, <c>[C·K²]</c>, double precision; not kept.</param>
    /// <param name="outputMetric">F, <c>[M, M]</c>, double precision; kept.</param>
    /// <param name="kernelSize">K².</param>
    /// <param name="cross">Cov(u, t), <c>[C·K², M]</c>, double precision; kept and changed. Null for S Wᵀ.</param>
    public LayerProblem(Tensor weight, Tensor covariance, Tensor mean, Tensor outputMetric, int kernelSize, Tensor? cross)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Weight = weight;
        Covariance = covariance;
        OutputMetric = outputMetric;
        _taps = kernelSize;
        Mean = mean.clone().DetachFromDisposeScope();
        Tensor diagonal = covariance.diagonal();
        double meanDiagonal = diagonal.mean().item<double>();
        double added = Damping * (meanDiagonal > 0 ? meanDiagonal : 1);
        diagonal.Increase(added);
        WeightedWeight = (cross?.Increase(weight.t(), added) ?? covariance.mm(weight.t())).DetachFromDisposeScope();
        DenseError = (weight.t().mm(outputMetric) * WeightedWeight).sum().item<double>();
    }

    public Tensor Weight { get; }

    public Tensor Covariance { get; }

    public Tensor Mean { get; }

    public Tensor OutputMetric { get; }

    /// <summary>S Wᵀ, <c>[C·K², M]</c>.</summary>
    public Tensor WeightedWeight { get; }

    /// <summary>E(0), the error of a layer without kernels.</summary>
    public double DenseError { get; }

    private long Inputs => Weight.shape[1] / _taps;

    /// <summary>S_cc of all channels.</summary>
    /// <returns><c>[C, K², K²]</c>.</returns>
    public Tensor ChannelBlocks()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return Covariance.reshape(Inputs, _taps, Inputs, _taps).diagonal(0, 0, 2).permute(2, 0, 1).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>X S for block-sparse X.</summary>
    /// <param name="map">The channel of every row.</param>
    /// <param name="rows"><c>[G, K²]</c>.</param>
    /// <returns><c>[G, C·K²]</c>.</returns>
    public Tensor TimesCovariance(int[] map, Tensor rows)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        (Tensor slots, Tensor padded) = ByChannel(map, rows);
        Tensor products = padded.bmm(Covariance.reshape(Inputs, _taps, Inputs * _taps));
        return products.flatten(0, 1).index_select(0, slots).MoveToOuterDisposeScope();
    }

    /// <summary>Left X restricted to the block of each row's channel: row g of the result is Σ_h left[g, h] · full[h, block of g].</summary>
    /// <param name="left"><c>[G, H]</c>.</param>
    /// <param name="full"><c>[H, C·K²]</c>.</param>
    /// <param name="map">The channel of each of the G rows.</param>
    /// <returns><c>[G, K²]</c>.</returns>
    public Tensor OwnBlocks(Tensor left, Tensor full, int[] map)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        (Tensor slots, Tensor padded) = ByChannel(map, left);
        Tensor products = padded.bmm(full.reshape(full.shape[0], Inputs, _taps).permute(1, 0, 2));
        return products.flatten(0, 1).index_select(0, slots).MoveToOuterDisposeScope();
    }

    /// <summary>X Dᵀ for block-sparse D.</summary>
    /// <param name="full">X, <c>[R, C·K²]</c>.</param>
    /// <param name="kernels">D.</param>
    /// <returns><c>[R, G]</c>.</returns>
    public Tensor TimesKernels(Tensor full, KernelSet kernels)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        (Tensor slots, Tensor padded) = ByChannel(kernels.Map, kernels.Kernels);
        Tensor products = padded.bmm(full.reshape(full.shape[0], Inputs, _taps).permute(1, 2, 0));
        return products.flatten(0, 1).index_select(0, slots).t().contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>H = D S Dᵀ <c>[G, G]</c> and T = D S Wᵀ <c>[G, M]</c>.</summary>
    public (Tensor H, Tensor T) Reduce(KernelSet kernels)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor weighted = TimesCovariance(kernels.Map, kernels.Kernels);
        Tensor h = TimesKernels(weighted, kernels);
        Tensor symmetric = h.Plus(h.t()).Over(2);
        Tensor t = TimesKernels(WeightedWeight.t().contiguous(), kernels).t().contiguous();
        return (symmetric.MoveToOuterDisposeScope(), t.MoveToOuterDisposeScope());
    }

    /// <summary>b = (W − P D) μ: keeps the mean of every output.</summary>
    /// <param name="kernels">D.</param>
    /// <param name="pointwise">P, <c>[M, G]</c>.</param>
    public Tensor BiasCorrection(KernelSet kernels, Tensor pointwise)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor means = TimesKernels(Mean.unsqueeze(0), kernels).squeeze(0);
        return Weight.mv(Mean).Minus(pointwise.mv(means)).MoveToOuterDisposeScope();
    }

    /// <summary>E(P D) = tr F (W S Wᵀ − 2 P T + P H Pᵀ).</summary>
    public double Error(KernelSet kernels, Tensor pointwise)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        (Tensor h, Tensor t) = Reduce(kernels);
        return DenseError + (OutputMetric.mm(pointwise) * pointwise.mm(h).Plus(t.t(), -2)).sum().item<double>();
    }

    public void Dispose()
    {
        foreach (Tensor tensor in (Tensor[])[Weight, Covariance, Mean, OutputMetric, WeightedWeight])
            tensor.Dispose();
    }

    /// <summary>Sorts rows by channel, filled up with zeros to as many in each.</summary>
    /// <returns>The place of every row, and the rows <c>[C, most, length]</c>.</returns>
    private (Tensor Slots, Tensor Padded) ByChannel(int[] map, Tensor rows)
    {
        int[] counts = new int[Inputs];
        int[] ranks = [.. map.Select(channel => counts[channel]++)];
        int most = Math.Max(1, counts.Max());
        Tensor slots = torch.tensor(map.Zip(ranks, (channel, rank) => (channel * most) + rank).ToArray(), ScalarType.Int64, rows.device);
        Tensor padded = torch.zeros(Inputs * most, rows.shape[1], dtype: rows.dtype, device: rows.device);
        _ = padded.index_copy_(0, slots, rows);
        return (slots, padded.reshape(Inputs, most, rows.shape[1]));
    }
}

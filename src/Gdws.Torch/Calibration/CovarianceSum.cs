namespace Gdws.Torch.Calibration;

/// <summary>Means and covariances of rows that come in batches.</summary>
/// <remarks>
/// The products of a batch are computed in single precision and added up in double. What is multiplied is the distance from a pivot, the first batch's mean,
/// so that little is lost when the mean is taken off at the end: Cov = Σ(a − p)(a − p)ᵀ/n − (μ − p)(μ − p)ᵀ.
/// </remarks>
internal sealed class CovarianceSum : IDisposable
{
    private const long BlockRows = 512;

    private readonly Tensor _products;
    private readonly Tensor? _crossProducts;
    private readonly Tensor _sum;
    private readonly Tensor? _otherSum;
    private readonly bool _centred;
    private Tensor? _pivot;
    private Tensor? _otherPivot;

    /// <summary>Starts at nothing.</summary>
    /// <param name="size">The length of a row.</param>
    /// <param name="others">The length of the second row that comes with it; 0 for none.</param>
    /// <param name="device">Where sums are kept.</param>
    /// <param name="centred">Whether covariances are meant; otherwise mean products.</param>
    public CovarianceSum(long size, long others, torch.Device device, bool centred = true)
    {
        _products = New(device, size, size);
        _sum = New(device, size);
        _crossProducts = others > 0 ? New(device, size, others) : null;
        _otherSum = others > 0 ? New(device, others) : null;
        _centred = centred;
    }

    /// <summary>The rows so far.</summary>
    public long Count { get; private set; }

    /// <summary>Adds rows.</summary>
    /// <param name="rows"><c>[R, size]</c>.</param>
    /// <param name="others"><c>[R, others]</c>.</param>
    public void Add(Tensor rows, Tensor? others = null)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable noGradients = torch.no_grad();
        _pivot ??= Pivot(rows);
        Tensor distance = rows.Minus(_pivot);
        Tensor transposed = distance.t();
        AddProducts(transposed, distance);
        _sum.Increase(distance.sum(0, type: ScalarType.Float64));
        Count += rows.shape[0];
        if (others is null)
            return;

        _otherPivot ??= Pivot(others);
        Tensor otherDistance = others.Minus(_otherPivot);
        _crossProducts!.Increase(transposed.mm(otherDistance));
        _otherSum!.Increase(otherDistance.sum(0, type: ScalarType.Float64));
    }

    /// <summary><c>[size]</c>.</summary>
    public Tensor Mean() => Mean(_sum, _pivot);

    /// <summary><c>[others]</c>.</summary>
    public Tensor OtherMean() => Mean(_otherSum!, _otherPivot);

    /// <summary>Cov(row, row), <c>[size, size]</c>.</summary>
    public Tensor Covariance()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor upper = _products.triu();
        return Centred(upper.Plus(upper.triu(1).t()), _sum, _sum).MoveToOuterDisposeScope();
    }

    /// <summary>Cov(row, other), <c>[size, others]</c>.</summary>
    public Tensor Cross() => Centred(_crossProducts!, _sum, _otherSum!);

    public void Dispose()
    {
        foreach (Tensor? tensor in (Tensor?[])[_products, _crossProducts, _sum, _otherSum, _pivot, _otherPivot])
            tensor?.Dispose();
    }

    private static Tensor New(torch.Device device, params long[] shape) => torch.zeros(shape, ScalarType.Float64, device).DetachFromDisposeScope();

    private Tensor Pivot(Tensor rows) => (_centred ? rows.mean([0]) : torch.zeros(rows.shape[1], rows.dtype, rows.device)).DetachFromDisposeScope();

    /// <summary>Adds the products on and right of the diagonal, block row after block row; those left of it are the same.</summary>
    private void AddProducts(Tensor transposed, Tensor distance)
    {
        long size = _products.shape[0];
        for (long start = 0; start < size; start += BlockRows)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            long rows = Math.Min(BlockRows, size - start), rest = size - start;
            _products.narrow(0, start, rows).narrow(1, start, rest).Increase(transposed.narrow(0, start, rows).mm(distance.narrow(1, start, rest)));
        }
    }

    private Tensor Mean(Tensor sum, Tensor? pivot)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor distance = sum.Over(Math.Max(1, Count));
        return (pivot is null ? distance : distance.Plus(pivot.to(ScalarType.Float64))).MoveToOuterDisposeScope();
    }

    private Tensor Centred(Tensor products, Tensor left, Tensor right)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        double n = Math.Max(1, Count);
        Tensor mean = products.Over(n);
        if (_centred)
            mean.addmm_(left.unsqueeze(1).Over(n), right.unsqueeze(0).Over(n), beta: 1, alpha: -1);
        return mean.MoveToOuterDisposeScope();
    }
}

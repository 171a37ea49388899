using Gdws.Torch;
using Gdws.Torch.Calibration;
using static TorchSharp.torch;

namespace Gdws.Tests.Torch.Calibration;

public sealed class CovarianceSumTests
{
    public CovarianceSumTests() => TorchRuntime.Initialize();

    [Theory]
    [InlineData(1)]
    [InlineData(512)]
    [InlineData(1100)]
    public void RowsOfAnyLength_HaveTheCovarianceOfOneProduct(int size)
    {
        using IDisposable scope = NewDisposeScope();
        Tensor rows = randn([40, size], generator: new Generator(1)) + 3, others = randn([40, 5], generator: new Generator(2));
        using CovarianceSum sum = new(size, 5, CPU);

        sum.Add(rows[..15], others[..15]);
        sum.Add(rows[15..], others[15..]);

        Tensor centred = rows.to(ScalarType.Float64) - rows.to(ScalarType.Float64).mean([0]);
        Assert.True(allclose(centred.t().mm(centred) / 40, sum.Covariance(), 1e-5, 1e-5));
        Assert.True(allclose(centred.t().mm(others.to(ScalarType.Float64)) / 40, sum.Cross(), 1e-5, 1e-5));
        Assert.Equal(0, (sum.Covariance() - sum.Covariance().t()).abs().max().item<double>());
    }
}

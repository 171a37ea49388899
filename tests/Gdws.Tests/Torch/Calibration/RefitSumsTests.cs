using Gdws.Torch;
using Gdws.Torch.Calibration;
using static TorchSharp.torch;

namespace Gdws.Tests.Torch.Calibration;

public sealed class RefitSumsTests
{
    public RefitSumsTests() => TorchRuntime.Initialize();

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void EveryPerturbedForm_CountsByItsDifferenceFromTheClean(int forms)
    {
        using IDisposable scope = NewDisposeScope();
        Tensor z = randn([forms * 6, 3], ScalarType.Float64, generator: new Generator(1));
        Tensor t = randn([forms * 6, 2], ScalarType.Float64, generator: new Generator(2));
        using RefitSums sums = new(3, 2, forms, withMeans: false, CPU);

        sums.Add(z, t);

        Tensor zc = z - z.mean([0]), tc = t - t.mean([0]), h = zc.t().mm(zc) / z.shape[0], c = zc.t().mm(tc) / z.shape[0];
        for (int row = 6; row < forms * 6; row++)
        {
            Tensor dz = (z[row] - z[row % 6]).unsqueeze(1), dt = (t[row] - t[row % 6]).unsqueeze(0);
            h += 0.7 * dz.mm(dz.t()) / ((forms - 1) * 6);
            c += 0.7 * dz.mm(dt) / ((forms - 1) * 6);
        }

        (Tensor foundH, Tensor foundT) = sums.Combined(0.7, 0);
        Assert.True(allclose(h, foundH, 1e-9, 1e-9));
        Assert.True(allclose(c, foundT, 1e-9, 1e-9));
    }

    [Fact]
    public void MeansOverPositions_CountBesideThePositions()
    {
        using IDisposable scope = NewDisposeScope();
        Tensor z = randn([6, 3], ScalarType.Float64, generator: new Generator(1)), means = randn([4, 3], ScalarType.Float64, generator: new Generator(2));
        Tensor t = randn([6, 2], ScalarType.Float64, generator: new Generator(3)), targets = randn([4, 2], ScalarType.Float64, generator: new Generator(4));
        using RefitSums sums = new(3, 2, 1, withMeans: true, CPU);

        sums.Add(z, t);
        sums.AddMeans(means, targets);

        (Tensor h, Tensor c) = sums.Combined(0.5, 2);
        Assert.True(allclose(Covariance(z, z) + (2 * Covariance(means, means)), h, 1e-9, 1e-9));
        Assert.True(allclose(Covariance(z, t) + (2 * Covariance(means, targets)), c, 1e-9, 1e-9));
        Assert.True(allclose(z.mean([0]), sums.RowMean()));
    }

    private static Tensor Covariance(Tensor a, Tensor b) => (a - a.mean([0])).t().mm(b - b.mean([0])) / a.shape[0];
}

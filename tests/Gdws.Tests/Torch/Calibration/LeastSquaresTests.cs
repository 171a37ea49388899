using Gdws.Torch;
using Gdws.Torch.Calibration;
using static TorchSharp.torch;

namespace Gdws.Tests.Torch.Calibration;

public sealed class LeastSquaresTests
{
    public LeastSquaresTests() => TorchRuntime.Initialize();

    [Fact]
    public void AWellPosedSystem_IsSolvedToRounding()
    {
        Tensor root = RandomLayer.Normal(106, 6, 6) + (3 * eye(6, dtype: ScalarType.Float64));
        Tensor h = root.mm(root.t()), x = RandomLayer.Normal(107, 6, 2);

        Tensor solved = LeastSquares.Solve(h, h.mm(x), 1e-13);

        Assert.True(allclose(x, solved, 1e-6, 1e-8));
    }

    [Fact]
    public void WhatTheDataLeavesOpen_ComesFromTheFormerSolution()
    {
        // Only the first unknown is determined.
        Tensor h = zeros(2, 2, dtype: ScalarType.Float64), t = zeros(2, 1, dtype: ScalarType.Float64);
        h[0, 0] = 1.0;
        t[0, 0] = 5.0;
        Tensor before = ones(2, 1, dtype: ScalarType.Float64) * 7;

        Tensor solved = LeastSquares.Solve(h, t, 1e-6, before);

        Assert.Equal(5, solved[0, 0].item<double>(), 1e-4);
        Assert.Equal(7, solved[1, 0].item<double>(), 1e-9);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    [InlineData(-1e-9)]
    public void ASingularOrSlightlyIndefiniteSystem_HasAFiniteSolution(double element)
    {
        Tensor h = full(4, 4, element, dtype: ScalarType.Float64);

        Assert.True(LeastSquares.Solve(h, ones(4, 1, dtype: ScalarType.Float64), 1e-12).isfinite().all().item<bool>());
        Assert.True(LeastSquares.Inverse(h, 1e-12).isfinite().all().item<bool>());
    }

    [Fact]
    public void NumbersThatAreNone_AreRefused()
    {
        Tensor h = full(2, 2, double.NaN, dtype: ScalarType.Float64);

        Assert.Contains("finite", Assert.Throws<GdwsException>(() => LeastSquares.Inverse(h, 1e-6)).Message, StringComparison.Ordinal);
    }
}

using Gdws.Torch.Calibration;
using TorchSharp;
using static TorchSharp.torch;

namespace Gdws.Tests.Torch.Calibration;

public sealed class LayerProblemTests
{
    [Fact]
    public void TheReducedSystem_IsThatOfTheFullMatrices()
    {
        using RandomLayer layer = new();
        Tensor full = layer.Full(layer.Kernels);

        (Tensor h, Tensor t) = layer.Problem.Reduce(layer.Kernels);

        AssertClose(full.mm(layer.Problem.Covariance).mm(full.t()), h);
        AssertClose(full.mm(layer.Problem.Covariance).mm(layer.Weight.t()), t);
    }

    [Fact]
    public void OwnBlocks_AreThoseOfTheFullProduct()
    {
        using RandomLayer layer = new();
        Tensor left = RandomLayer.Normal(101, layer.Kernels.Count, 6);
        Tensor full = RandomLayer.Normal(102, 6, layer.Inputs * RandomLayer.Taps);
        Tensor product = left.mm(full);

        Tensor own = layer.Problem.OwnBlocks(left, full, layer.Kernels.Map);

        for (int g = 0; g < layer.Kernels.Count; g++)
            AssertClose(product[g].narrow(0, layer.Kernels.Map[g] * RandomLayer.Taps, RandomLayer.Taps), own[g]);
    }

    [Fact]
    public void TheError_IsTheWeightedVarianceOfTheOutputsDifference()
    {
        using RandomLayer layer = new();
        Tensor pointwise = RandomLayer.Normal(103, layer.Outputs, layer.Kernels.Count);
        Tensor difference = layer.Weight - pointwise.mm(layer.Full(layer.Kernels));
        Tensor outputs = (layer.Patches - layer.Mean).mm(difference.t());
        double expected = (outputs.mm(layer.OutputMetric) * outputs).sum(1).mean().item<double>();

        double error = layer.Problem.Error(layer.Kernels, pointwise);

        Assert.Equal(layer.Error(layer.Kernels, pointwise), error, 1e-8 * error);
        Assert.Equal(expected, error, 2e-3 * expected);
    }

    [Fact]
    public void TheBias_KeepsTheMeanOfEveryOutput()
    {
        using RandomLayer layer = new();
        Tensor pointwise = RandomLayer.Normal(104, layer.Outputs, layer.Kernels.Count);

        Tensor bias = layer.Problem.BiasCorrection(layer.Kernels, pointwise);

        Tensor dense = layer.Patches.mm(layer.Weight.t()).mean([0]);
        AssertClose(dense, layer.Patches.mm(layer.Full(layer.Kernels).t()).mm(pointwise.t()).mean([0]) + bias);
    }

    [Fact]
    public void ThePointwiseRefit_CantBeImproved()
    {
        using RandomLayer layer = new();
        Tensor best = AlternatingLeastSquares.Pointwise(layer.Problem, layer.Kernels);
        double error = layer.Error(layer.Kernels, best);

        for (int trial = 0; trial < 50; trial++)
        {
            Tensor other = best + (RandomLayer.Normal(200 + trial, [.. best.shape]) * Math.Pow(10, -(trial % 5)));
            Assert.True(layer.Error(layer.Kernels, other) >= error * (1 - 1e-9));
        }
    }

    [Fact]
    public void WithAsManyKernelsAsTaps_TheRefitGivesTheDenseWeight()
    {
        using RandomLayer layer = new();
        int[] map = [.. Enumerable.Range(0, layer.Inputs * RandomLayer.Taps).Select(g => g / RandomLayer.Taps)];
        using KernelSet all = new(map, eye(RandomLayer.Taps, dtype: ScalarType.Float64).repeat(layer.Inputs, 1));

        Tensor pointwise = AlternatingLeastSquares.Pointwise(layer.Problem, all);

        // W itself is a solution without error, so damping can cost no more than what it charges for W.
        double charge = 1e-6 * layer.Problem.Covariance.diagonal().mean().item<double>()
            * (layer.OutputMetric.mm(layer.Weight) * layer.Weight).sum().item<double>();
        Assert.InRange(layer.Error(all, pointwise), 0, 1.001 * charge);
        Assert.True(charge < 1e-5 * layer.Problem.DenseError);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void WithFewerPatchesThanInputs_TheRefitStaysFiniteAndNearTheDenseWeight(int patches)
    {
        using RandomLayer layer = new(patches: patches);

        Tensor pointwise = AlternatingLeastSquares.Pointwise(layer.Problem, layer.Kernels);

        Assert.True(pointwise.isfinite().all().item<bool>());
        Assert.True(layer.Error(layer.Kernels, pointwise) <= layer.Problem.DenseError);
    }

    [Fact]
    public void AlternatingRounds_NeverRaiseTheError()
    {
        using RandomLayer layer = new();
        double before = double.PositiveInfinity;
        for (int rounds = 0; rounds <= 4; rounds++)
        {
            using KernelSet kernels = AlternatingLeastSquares.Improve(layer.Problem, layer.Kernels, rounds, CancellationToken.None);
            double error = layer.Error(kernels, AlternatingLeastSquares.Pointwise(layer.Problem, kernels));

            Assert.True(error <= before * (1 + 1e-9), $"{rounds} rounds: {error} after {before}");
            before = error;
        }

        using KernelSet none = AlternatingLeastSquares.Improve(layer.Problem, layer.Kernels, 0, CancellationToken.None);
        Assert.True(before < 0.98 * layer.Error(none, AlternatingLeastSquares.Pointwise(layer.Problem, none)));
    }

    [Fact]
    public void ImprovedKernels_HaveLengthOneAndKeepTheirChannels()
    {
        using RandomLayer layer = new();

        using KernelSet kernels = AlternatingLeastSquares.Improve(layer.Problem, layer.Kernels, 1, CancellationToken.None);

        Assert.Equal(layer.Kernels.Map, kernels.Map);
        AssertClose(ones(kernels.Count, dtype: ScalarType.Float64), kernels.Kernels.square().sum(1));
        AssertClose(layer.RawKernels, layer.Kernels.Kernels);
    }

    private static void AssertClose(Tensor expected, Tensor found) =>
        Assert.True(allclose(expected, found, 1e-9, 1e-9), $"expected {expected.str()}, found {found.str()}");
}

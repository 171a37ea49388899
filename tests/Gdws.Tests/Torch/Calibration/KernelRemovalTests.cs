using Gdws.Torch.Calibration;

namespace Gdws.Tests.Torch.Calibration;

public sealed class KernelRemovalTests
{
    [Fact]
    public void TheCurve_IsTheErrorOfTheRefitWithWhatIsLeft()
    {
        using RandomLayer layer = new();
        using KernelRemoval removal = Order(layer);

        foreach (int kernels in removal.Curve.Kernels)
        {
            using KernelSet left = removal.At(kernels);
            double expected = layer.Error(left, AlternatingLeastSquares.Pointwise(layer.Problem, left));
            Assert.Equal(kernels, left.Count);
            Assert.Equal(expected, removal.Curve.At(kernels), 1e-4 * layer.Problem.DenseError);
        }
    }

    [Fact]
    public void TheFirstToGo_IsTheOneWhoseLossHurtsLeast()
    {
        using RandomLayer layer = new();
        using KernelRemoval removal = Order(layer);
        int count = layer.Kernels.Count;

        using KernelSet left = removal.At(count - 1);

        double found = layer.Error(left, AlternatingLeastSquares.Pointwise(layer.Problem, left));
        for (int g = 0; g < count; g++)
        {
            using KernelSet other = layer.Kernels.Keep([.. Enumerable.Range(0, count).Where(kernel => kernel != g)]);
            Assert.True(found <= layer.Error(other, AlternatingLeastSquares.Pointwise(layer.Problem, other)) * (1 + 1e-6));
        }
    }

    [Fact]
    public void FewerKernels_AreAPartOfMore()
    {
        using RandomLayer layer = new();
        using KernelRemoval removal = Order(layer);

        for (int kernels = removal.Curve.Fewest; kernels < removal.Curve.Most; kernels++)
        {
            using KernelSet fewer = removal.At(kernels), more = removal.At(kernels + 1);
            double[][] rows = Rows(more);
            Assert.All(Rows(fewer), row => Assert.Contains(rows, other => row.SequenceEqual(other)));
        }
    }

    [Fact]
    public void WithOneImage_TheOrderIsFinite()
    {
        using RandomLayer layer = new(patches: 1);
        using KernelRemoval removal = Order(layer);

        Assert.All(removal.Curve.Errors, error => Assert.True(double.IsFinite(error)));
        Assert.Equal(1, removal.Curve.Fewest);
    }

    private static KernelRemoval Order(RandomLayer layer) =>
        KernelRemoval.Of(layer.Problem, layer.Kernels with { Kernels = layer.Kernels.Kernels.clone() }, 1, CancellationToken.None);

    private static double[][] Rows(KernelSet kernels) =>
        [.. Enumerable.Range(0, kernels.Count).Select(g => (double[])[kernels.Map[g], .. kernels.Kernels[g].data<double>()])];
}

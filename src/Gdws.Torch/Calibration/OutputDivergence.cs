namespace Gdws.Torch.Calibration;

/// <summary>The Kullback-Leibler divergence KL(p ‖ q) of a network's class probabilities from those of the original.</summary>
/// <remarks>It needs no labels, and a few hundred images rank approximations far more sharply by it than by their accuracy.</remarks>
public static class OutputDivergence
{
    /// <summary>Compares outputs.</summary>
    /// <param name="original">Logits of the original network, <c>[N, classes]</c>.</param>
    /// <param name="approximated">Logits of the other, as large.</param>
    /// <returns>The mean over the images, in nats.</returns>
    public static double Of(Tensor original, Tensor approximated)
    {
        ArgumentNullException.ThrowIfNull(original);
        ArgumentNullException.ThrowIfNull(approximated);
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable noGradients = torch.no_grad();
        Tensor p = original.to(ScalarType.Float64).log_softmax(1);
        Tensor q = approximated.to(ScalarType.Float64).log_softmax(1);
        return (p.exp() * p.Minus(q)).sum(1).mean().item<double>();
    }
}

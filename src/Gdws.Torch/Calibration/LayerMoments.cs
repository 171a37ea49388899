namespace Gdws.Torch.Calibration;

/// <summary>What is known of the input patches of one convolution. All in double precision.</summary>
/// <param name="Patches">The patches seen.</param>
/// <param name="Mean">μ, <c>[C·K²]</c>.</param>
/// <param name="Covariance">S, <c>[C·K², C·K²]</c>.</param>
/// <param name="Difference">
/// S_Δ = E (u' − u)(u' − u)ᵀ of a patch u and the same u' of the perturbed image, as large; null where no images were perturbed.
/// </param>
/// <param name="MeanCovariance">S̄, the covariance of an image's mean patch (over all positions), as large; null where it wasn't asked for.</param>
public sealed record LayerMoments(long Patches, Tensor Mean, Tensor Covariance, Tensor? Difference, Tensor? MeanCovariance = null) : IDisposable
{
    /// <summary>S̃ = S + γ S_Δ + κ S̄ with γ = weight · tr S / tr S_Δ, without what there isn't.</summary>
    /// <param name="weight">How much differences count, relative to the patches' own variance; at least 0, e.g. 0.5.</param>
    /// <param name="kappa">κ: how much more errors count that all positions share; at least 0.</param>
    /// <param name="gamma">γ.</param>
    /// <returns>A new tensor.</returns>
    internal Tensor Combined(double weight, double kappa, out double gamma)
    {
        gamma = 0;
        if (weight > 0 && Difference is not null)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            double own = Covariance.diagonal().sum().item<double>();
            double differences = Difference.diagonal().sum().item<double>();
            gamma = differences > 0 ? weight * own / differences : 0;
        }

        Tensor combined = gamma > 0 ? Covariance.Plus(Difference!, gamma) : Covariance.clone();
        if (kappa > 0 && MeanCovariance is not null)
            combined.Increase(MeanCovariance, kappa);
        return combined;
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Mean.Dispose();
        Covariance.Dispose();
        Difference?.Dispose();
        MeanCovariance?.Dispose();
    }
}

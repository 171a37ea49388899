using System.Runtime.InteropServices;

namespace Gdws.Torch.Calibration;

/// <summary>Solves normal equations H X = T in double precision by Cholesky factors.</summary>
/// <remarks>
/// H is damped by a small share of its mean diagonal element. Where rounding leaves it indefinite all the same (more kernels than a channel has independent
/// inputs, a layer whose input never changes) the damping grows tenfold until the factor exists; it always does in the end.
/// </remarks>
internal static class LeastSquares
{
    /// <summary>Solves (H + δI) X = T + δ·towards.</summary>
    /// <param name="h"><c>[G, G]</c>, symmetric.</param>
    /// <param name="t"><c>[G, M]</c>.</param>
    /// <param name="damping">δ relative to the mean diagonal element of H, positive.</param>
    /// <param name="towards">What X is pulled towards, <c>[G, M]</c>; null for 0.</param>
    /// <returns>X, <c>[G, M]</c>.</returns>
    public static Tensor Solve(Tensor h, Tensor t, double damping, Tensor? towards = null)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        (Tensor factor, double added) = Factor(h, damping);
        Tensor right = towards is null ? t : t.Plus(towards, added);
        return torch.cholesky_solve(right, factor).MoveToOuterDisposeScope();
    }

    /// <summary>(H + δI)⁻¹.</summary>
    public static Tensor Inverse(Tensor h, double damping)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        (Tensor factor, _) = Factor(h, damping);

        // Many times faster than cholesky_inverse, which libtorch doesn't block.
        Tensor identity = torch.eye(h.shape[0], dtype: h.dtype, device: h.device);
        return torch.cholesky_solve(identity, factor).MoveToOuterDisposeScope();
    }

    private static (Tensor Factor, double Added) Factor(Tensor h, double damping)
    {
        double mean = h.shape[0] == 0 ? 1 : h.diagonal().mean().item<double>();
        if (!double.IsFinite(mean))
            throw new GdwsException("the moments of the images aren't finite");
        for (double share = damping; ; share *= 10)
        {
            double added = share * (mean > 0 ? mean : 1);
            Tensor damped = h.clone();
            damped.diagonal().Increase(added);
            try
            {
                return (torch.linalg.cholesky(damped), added);
            }
            catch (ExternalException) when (share < 1)
            {
                // Indefinite: more damping.
            }
        }
    }
}

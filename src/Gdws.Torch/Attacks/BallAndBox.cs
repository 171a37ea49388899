namespace Gdws.Torch.Attacks;

/// <summary>
/// Euclidean projection of perturbations onto the intersection of a norm's ball and a box, row by row: the nearest point, not just some point.
/// <para>
/// By the Karush-Kuhn-Tucker conditions the nearest point has the signs of v, and magnitudes that depend on one number a row: min(s·|v|, b) for l2 with
/// s ∈ [0,1], min((|v| − λ)₊, b) for l1 with λ ≥ 0 (Croce and Hein 2021, "Mind the box"), where b is the distance to the box in the direction of v.
/// The norm grows with s and falls with λ; both functions are piecewise simple, so the number is found exactly.
/// </para>
/// </summary>
internal static class BallAndBox
{
    /// <summary>Projects onto ‖δ‖₂ ≤ ε, low ≤ δ ≤ high.</summary>
    /// <param name="v"><c>[N, D]</c>, double precision.</param>
    /// <param name="low"><c>[N, D]</c>, at most 0.</param>
    /// <param name="high"><c>[N, D]</c>, at least 0.</param>
    /// <param name="epsilon">The radius.</param>
    public static Tensor ProjectL2(Tensor v, Tensor low, Tensor high, double epsilon)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        (Tensor magnitude, Tensor bound) = Magnitudes(v, low, high);
        Tensor squared = magnitude * magnitude;
        Tensor boundSquared = bound * bound;
        Tensor never = torch.full_like(magnitude, double.PositiveInfinity);
        Tensor breakpoint = torch.where(magnitude > 0, bound / magnitude, never);

        // Values that reach the box add b², the others s²v². Every round solves for s as if no further value reached the box; s never
        // passes the solution and only grows, so it is the solution as soon as no value joins.
        Tensor saturated = torch.zeros_like(breakpoint, ScalarType.Bool);
        while (true)
        {
            using DisposeScope round = torch.NewDisposeScope();
            Tensor taken = boundSquared.mul(saturated).sum(1, keepdim: true);
            Tensor free = squared.mul(saturated.logical_not()).sum(1, keepdim: true);
            Tensor s = ((epsilon * epsilon) - taken).clamp(min: 0).div(free).sqrt();
            s = torch.where(free > 0, s, torch.ones_like(s)).clamp(max: 1);
            Tensor next = saturated.logical_or(breakpoint <= s);
            if (!next.logical_xor(saturated).any().item<bool>())
                return (torch.minimum(magnitude * s, bound) * v.sign()).MoveToOuterDisposeScope().MoveToOuterDisposeScope();
            saturated = next.MoveToOuterDisposeScope();
        }
    }

    /// <summary>Projects onto ‖δ‖₁ ≤ ε, low ≤ δ ≤ high.</summary>
    /// <param name="v"><c>[N, D]</c>, double precision.</param>
    /// <param name="low"><c>[N, D]</c>, at most 0.</param>
    /// <param name="high"><c>[N, D]</c>, at least 0.</param>
    /// <param name="epsilon">The radius.</param>
    public static Tensor ProjectL1(Tensor v, Tensor low, Tensor high, double epsilon)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        if (epsilon == 0)
            return torch.zeros_like(v).MoveToOuterDisposeScope();

        (Tensor magnitude, Tensor bound) = Magnitudes(v, low, high);

        // H(λ) = Σ min((|v| − λ)₊, b) = Σ (|v| − λ)₊ − (|v| − b − λ)₊: a sum of hinges, up at |v| and down at |v| − b. With the hinges
        // in descending order, running sums give H at every one of them.
        Tensor hinges = torch.cat([magnitude, magnitude - bound], 1);
        Tensor signs = torch.cat([torch.ones_like(magnitude), -torch.ones_like(magnitude)], 1);
        (Tensor sorted, Tensor order) = torch.sort(hinges, 1, descending: true);
        Tensor sorting = signs.gather(1, order);
        Tensor slopes = sorting.cumsum(1);
        Tensor sums = sorting.mul(sorted).cumsum(1);
        Tensor norms = sums - (sorted * slopes);

        // The last hinge above the solution: from it on H is a straight line.
        Tensor last = ((norms < epsilon).sum(1, keepdim: true) - 1).clamp(0, hinges.shape[1] - 1);
        Tensor slope = slopes.gather(1, last).clamp(min: 1);
        Tensor threshold = (sums.gather(1, last) - epsilon).div(slope).clamp(min: 0);
        Tensor inside = torch.minimum(magnitude, bound).sum(1, keepdim: true) <= epsilon;
        threshold = torch.where(inside, torch.zeros_like(threshold), threshold);
        return (torch.minimum((magnitude - threshold).clamp(min: 0), bound) * v.sign()).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Adds perturbations to images. A sum that rounding would put farther from the image than the perturbation says is rounded the other way:
    /// what keeps a bound in exact arithmetic keeps it in the image's own precision.
    /// </summary>
    /// <param name="clean">The images.</param>
    /// <param name="perturbation">As large, double precision.</param>
    public static Tensor Add(Tensor clean, Tensor perturbation)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor exact = clean.to(ScalarType.Float64);
        Tensor rounded = exact.Plus(perturbation).to(clean.dtype);
        Tensor beyond = rounded.to(ScalarType.Float64).Minus(exact).abs() > perturbation.abs();
        return torch.where(beyond, rounded.nextafter(clean), rounded).MoveToOuterDisposeScope();
    }

    private static (Tensor Magnitude, Tensor Bound) Magnitudes(Tensor v, Tensor low, Tensor high) =>
        (v.abs(), torch.where(v > 0, high, -low).clamp(min: 0));
}

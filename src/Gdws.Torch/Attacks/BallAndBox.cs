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
        Tensor never = torch.full_like(magnitude, KeptScalar.Of(double.PositiveInfinity));
        Tensor breakpoint = torch.where(magnitude.gt(KeptScalar.Zero), bound / magnitude, never);

        // Values that reach the box add b², the others s²v². Every round solves for s as if no further value reached the box; s never
        // passes the solution and only grows, so it is the solution as soon as no value joins. It is held from falling, as rounding makes it
        // where a value joins just when it uses up the ball: what is left for the others is then 0 or a little less, and s would be 0 for all.
        Tensor saturated = torch.zeros_like(breakpoint, ScalarType.Bool);
        Tensor least = torch.zeros([v.shape[0], 1], v.dtype, v.device);
        while (true)
        {
            using DisposeScope round = torch.NewDisposeScope();
            Tensor taken = boundSquared.mul(saturated).sum(1, keepdim: true);
            Tensor free = squared.mul(saturated.logical_not()).sum(1, keepdim: true);
            Tensor s = taken.neg().add(KeptScalar.Of(epsilon * epsilon), KeptScalar.One).clamp(min: KeptScalar.Zero).div(free).sqrt();
            s = torch.maximum(torch.where(free.gt(KeptScalar.Zero), s, torch.ones_like(s)).clamp(max: KeptScalar.One), least);
            Tensor next = saturated.logical_or(breakpoint <= s);
            if (!next.logical_xor(saturated).any().item<bool>())
                return (torch.minimum(magnitude * s, bound) * v.sign()).MoveToOuterDisposeScope().MoveToOuterDisposeScope();
            saturated = next.MoveToOuterDisposeScope();
            least = s.MoveToOuterDisposeScope();
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
        Tensor hinges = torch.cat([magnitude, magnitude.Minus(bound)], 1);
        Tensor signs = torch.cat([torch.ones_like(magnitude), -torch.ones_like(magnitude)], 1);
        (Tensor sorted, Tensor order) = torch.sort(hinges, 1, descending: true);
        Tensor sorting = signs.gather(1, order);
        Tensor slopes = sorting.cumsum(1);
        Tensor sums = sorting.mul(sorted).cumsum(1);

        // H only grows along the hinges; where it is flat, rounding mustn't make it fall below ε again.
        Tensor norms = sums.Minus(sorted * slopes).cummax(1).values;

        // The last hinge above the solution: from it on H is a straight line (where that is flat, the hinge itself is the solution).
        Tensor last = norms.lt(KeptScalar.Of(epsilon)).sum(1, keepdim: true).add(KeptScalar.Of(-1L), KeptScalar.Of(1L)).clamp(KeptScalar.Of(0L), KeptScalar.Of(hinges.shape[1] - 1));
        Tensor slope = slopes.gather(1, last);
        Tensor crossing = sums.gather(1, last).add(KeptScalar.Of(-epsilon), KeptScalar.One).div(slope.clamp(min: KeptScalar.One));
        Tensor threshold = torch.where(slope.gt(KeptScalar.Zero), crossing, sorted.gather(1, last)).clamp(min: KeptScalar.Zero);
        Tensor inside = torch.minimum(magnitude, bound).sum(1, keepdim: true).le(KeptScalar.Of(epsilon));
        threshold = torch.where(inside, torch.zeros_like(threshold), threshold);
        return (torch.minimum(magnitude.Minus(threshold).clamp(min: KeptScalar.Zero), bound) * v.sign()).MoveToOuterDisposeScope();
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
        (v.abs(), torch.where(v.gt(KeptScalar.Zero), high, -low).clamp(min: KeptScalar.Zero));
}

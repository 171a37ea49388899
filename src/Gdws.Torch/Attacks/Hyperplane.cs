namespace Gdws.Torch.Attacks;

/// <summary>
/// The smallest step in a norm from points of the box to hyperplanes, without leaving the box, row by row. Where the hyperplane doesn't meet the box: the
/// step that comes nearest to it.
/// <para>
/// Every value moves so that it helps, by at most the room r to the box's wall. With weights |w| and a distance c = |w·t − b| the steps that the
/// norms prefer are min(λ, r) for linf, min(λ|w|, r) for l2, and for l1 the whole room of the values with the largest |w|, the last one in part.
/// Σ|w|·step grows with λ and is piecewise linear: λ is found exactly.
/// </para>
/// </summary>
internal static class Hyperplane
{
    /// <summary>Finds the steps.</summary>
    /// <param name="norm">The norm.</param>
    /// <param name="points"><c>[N, D]</c> in [0,1], double precision.</param>
    /// <param name="normals">w <c>[N, D]</c>.</param>
    /// <param name="values">w·t − b, which the step is to bring to 0 <c>[N, 1]</c>.</param>
    /// <returns>The steps <c>[N, D]</c>.</returns>
    public static Tensor Step(Norm norm, Tensor points, Tensor normals, Tensor values)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor direction = -(normals.sign() * torch.where(values.lt(KeptScalar.Zero), -torch.ones_like(values), torch.ones_like(values)));
        Tensor room = torch.where(direction.gt(KeptScalar.Zero), torch.ones_like(points).Minus(points), points) * direction.abs();
        Tensor weights = normals.abs();
        Tensor distance = values.abs();
        Tensor sizes = norm switch
        {
            Norm.Linf => torch.minimum(Multiplier(room, weights, distance), room),
            Norm.L2 => torch.minimum(torch.minimum(Multiplier(Quotient(room, weights), weights * weights, distance), torch.full_like(distance, KeptScalar.Of(1e300))) * weights, room),
            _ => Greedy(room, weights, distance),
        };
        return (sizes * direction).MoveToOuterDisposeScope();
    }

    /// <summary>The λ with Σ slope·min(λ, end) = distance; infinite where there is none.</summary>
    private static Tensor Multiplier(Tensor ends, Tensor slopes, Tensor distance)
    {
        Tensor never = torch.full_like(distance, KeptScalar.Of(double.PositiveInfinity));
        Tensor contributions = slopes * ends;
        Tensor saturated = ends.le(KeptScalar.Zero);

        // Newton's method. The sum is concave in λ, so from below every round stays below the solution or reaches it; it is reached when no value joins
        // those that have gone all their way.
        while (true)
        {
            Tensor free = slopes.mul(saturated.logical_not()).sum(1, keepdim: true);
            Tensor left = distance.Minus(contributions.mul(saturated).sum(1, keepdim: true)).clamp(min: KeptScalar.Zero);
            Tensor multiplier = torch.where(free.gt(KeptScalar.Zero), left / free, never);
            Tensor next = saturated.logical_or(ends <= multiplier);
            if (!next.logical_xor(saturated).any().item<bool>())
                return multiplier;
            saturated = next;
        }
    }

    private static Tensor Greedy(Tensor room, Tensor weights, Tensor distance)
    {
        (Tensor descending, Tensor order) = weights.sort(1, descending: true);
        Tensor sortedRoom = room.gather(1, order);
        Tensor gains = descending * sortedRoom;
        Tensor missing = distance.Minus(gains.cumsum(1).Minus(gains)).clamp(min: KeptScalar.Zero);
        Tensor wanted = missing / descending.clamp(min: KeptScalar.Least);
        Tensor sizes = torch.minimum(wanted, sortedRoom);
        return torch.zeros_like(sizes).scatter(1, order, sizes);
    }

    private static Tensor Quotient(Tensor room, Tensor weights) =>
        torch.where(weights.gt(KeptScalar.Zero), room / weights.clamp(min: KeptScalar.Least), torch.zeros_like(room));
}

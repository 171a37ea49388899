namespace Gdws.Torch.Attacks;

/// <summary>Every value may change by ε: ball and box together are a box, and the projection is a clamp.</summary>
internal sealed class LinfBall : Ball
{
    private Tensor _low;
    private Tensor _high;

    public LinfBall(Tensor clean, double epsilon) : base(clean, epsilon)
    {
        using Tensor radius = torch.full_like(clean, KeptScalar.Of(epsilon), ScalarType.Float64);
        using Tensor negative = -radius;
        _low = BallAndBox.Add(clean, negative).clamp_(KeptScalar.Zero, KeptScalar.One);
        _high = BallAndBox.Add(clean, radius).clamp_(KeptScalar.Zero, KeptScalar.One);
    }

    public override void FillNoise(ref ImageRandom random, Span<double> noise)
    {
        foreach (ref double value in noise)
            value = ((2 * random.Uniform()) - 1) * Epsilon;
    }

    public override Tensor Walk(Tensor x, Tensor gradient, double step)
    {
        using Tensor direction = gradient.sign();
        using Tensor moved = x.add(direction, KeptScalar.Of(step));
        return moved.clamp(_low, _high);
    }

    public override Tensor Inside(Tensor perturbation)
    {
        using Tensor moved = BallAndBox.Add(Clean, perturbation);
        return moved.clamp(_low, _high);
    }

    public override void Keep(Tensor rows)
    {
        base.Keep(rows);
        using Tensor low = _low;
        using Tensor high = _high;
        _low = low.index_select(0, rows);
        _high = high.index_select(0, rows);
    }

    public override void Dispose()
    {
        base.Dispose();
        _low.Dispose();
        _high.Dispose();
    }
}

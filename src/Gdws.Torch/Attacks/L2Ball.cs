namespace Gdws.Torch.Attacks;

/// <summary>The perturbation's Euclidean length is at most ε; steps follow the gradient.</summary>
internal sealed class L2Ball(Tensor clean, double epsilon) : Ball(clean, epsilon)
{
    public override void FillNoise(ref ImageRandom random, Span<double> noise)
    {
        double squares = 0;
        foreach (ref double value in noise)
        {
            value = random.Normal();
            squares += value * value;
        }

        double scale = random.Uniform() * Epsilon / Math.Sqrt(Math.Max(squares, double.Epsilon));
        foreach (ref double value in noise)
            value *= scale;
    }

    public override Tensor Walk(Tensor x, Tensor gradient, double step)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor flat = gradient.to(ScalarType.Float64).flatten(1);
        Tensor length = flat.norm(1, keepdim: true, p: 2).clamp(min: KeptScalar.Least);
        Tensor direction = flat.div(length).reshape(x.shape);
        Tensor perturbation = x.to(ScalarType.Float64).Minus(Clean.to(ScalarType.Float64)).Plus(direction * KeptScalar.Of(step));
        return Inside(perturbation).MoveToOuterDisposeScope();
    }

    public override Tensor Inside(Tensor perturbation) => Inside(perturbation, BallAndBox.ProjectL2);

    public override Tensor ScaledInside(Tensor perturbation)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor length = perturbation.flatten(1).norm(1, keepdim: true, p: 2).clamp(min: KeptScalar.Least);
        Tensor scale = length.reciprocal().mul(KeptScalar.Of(Epsilon)).clamp(max: KeptScalar.One).reshape(-1, 1, 1, 1);
        return BallAndBox.Add(Clean, perturbation * scale).clamp_(KeptScalar.Zero, KeptScalar.One).MoveToOuterDisposeScope();
    }
}

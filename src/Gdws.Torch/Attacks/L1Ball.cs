namespace Gdws.Torch.Attacks;

/// <summary>
/// The perturbation's values sum to at most ε. The steepest way up is to change the one value with the largest gradient, which is slow; a step
/// changes the share of the values with the largest gradients that the box lets move, all by as much (SLIDE, Tramèr and Boneh 2019).
/// </summary>
internal sealed class L1Ball(Tensor clean, double epsilon, double fraction) : Ball(clean, epsilon)
{
    /// <summary>The share of an image's values that a step changes.</summary>
    public double Fraction { get; set; } = fraction;

    public override void FillNoise(ref ImageRandom random, Span<double> noise)
    {
        double sum = 0;
        foreach (ref double value in noise)
        {
            value = random.Laplace();
            sum += Math.Abs(value);
        }

        double scale = random.Uniform() * Epsilon / Math.Max(sum, double.Epsilon);
        foreach (ref double value in noise)
            value *= scale;
    }

    public override Tensor Walk(Tensor x, Tensor gradient, double step)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor movable = (gradient.gt(KeptScalar.Zero) & x.lt(KeptScalar.One)) | (gradient.lt(KeptScalar.Zero) & x.gt(KeptScalar.Zero));
        Tensor sizes = gradient.abs().mul(movable).flatten(1);
        long changed = Math.Clamp((long)Math.Ceiling(Fraction * sizes.shape[1]), 1, sizes.shape[1]);
        (_, Tensor chosen) = sizes.topk((int)changed, 1);
        Tensor signs = gradient.sign().mul(movable).flatten(1).to(ScalarType.Float64);
        Tensor direction = torch.zeros_like(signs).scatter(1, chosen, signs.gather(1, chosen)) * KeptScalar.Of(1.0 / changed);
        Tensor perturbation = x.to(ScalarType.Float64).Minus(Clean.to(ScalarType.Float64)).Plus(direction.reshape(x.shape) * KeptScalar.Of(step));
        return Inside(perturbation).MoveToOuterDisposeScope();
    }

    public override Tensor Inside(Tensor perturbation) => Inside(perturbation, BallAndBox.ProjectL1);
}

namespace Gdws.Torch.Attacks;

/// <summary>
/// The images that a threat model allows around a batch, and what an attack that walks in them needs: where to start, which way to go, how to stay
/// inside. One class a norm.
/// </summary>
internal abstract class Ball(Tensor clean, double epsilon) : IDisposable
{
    protected Tensor Clean { get; private set; } = clean;

    protected double Epsilon { get; } = epsilon;

    /// <summary>Makes the ball of a threat model.</summary>
    /// <param name="threatModel">The norm and ε.</param>
    /// <param name="clean"><c>[N, C, H, W]</c> in [0,1]; copied.</param>
    /// <param name="l1Fraction">For l1: the share of an image's values that a step changes.</param>
    public static Ball Around(ThreatModel threatModel, Tensor clean, double l1Fraction = 1) => threatModel.Norm switch
    {
        Norm.Linf => new LinfBall(clean.clone(), threatModel.Epsilon),
        Norm.L2 => new L2Ball(clean.clone(), threatModel.Epsilon),
        _ => new L1Ball(clean.clone(), threatModel.Epsilon, l1Fraction),
    };

    /// <summary>A random perturbation of one image within the norm's ball (not the box).</summary>
    public abstract void FillNoise(ref ImageRandom random, Span<double> noise);

    /// <summary>Goes a way up the loss.</summary>
    /// <param name="x">Where the batch is.</param>
    /// <param name="gradient">The loss's gradient there.</param>
    /// <param name="step">The length of the way in the norm.</param>
    /// <returns>The new place, inside.</returns>
    public abstract Tensor Walk(Tensor x, Tensor gradient, double step);

    /// <summary>The nearest allowed images to clean + perturbation.</summary>
    /// <param name="perturbation">As large as the batch, double precision.</param>
    public abstract Tensor Inside(Tensor perturbation);

    /// <summary>
    /// Allowed images near clean + perturbation, as the AutoAttack family makes them: for l2 the perturbation is scaled into the ball and then cut off at the
    /// box, which isn't the nearest image but keeps the direction; otherwise the nearest.
    /// </summary>
    /// <param name="perturbation">As large as the batch, double precision.</param>
    public virtual Tensor ScaledInside(Tensor perturbation) => Inside(perturbation);

    /// <summary>How far images are from the clean ones, double precision.</summary>
    public Tensor Perturbation(Tensor x)
    {
        using Tensor exact = x.to(ScalarType.Float64, copy: true);
        using Tensor clean = Clean.to(ScalarType.Float64, copy: true);
        return exact.Minus(clean);
    }

    /// <summary>Keeps some images of the batch.</summary>
    /// <param name="rows">Their positions.</param>
    public virtual void Keep(Tensor rows)
    {
        using Tensor all = Clean;
        Clean = all.index_select(0, rows);
    }

    public virtual void Dispose() => Clean.Dispose();

    /// <summary>Projects flattened perturbations with what is left to the box's walls.</summary>
    protected Tensor Inside(Tensor perturbation, Func<Tensor, Tensor, Tensor, double, Tensor> project)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor exact = Clean.to(ScalarType.Float64).flatten(1);
        Tensor projected = project(perturbation.flatten(1), -exact, torch.ones_like(exact).Minus(exact), Epsilon);
        return BallAndBox.Add(Clean, projected.reshape(Clean.shape)).MoveToOuterDisposeScope();
    }
}

namespace Gdws.Torch.Attacks;

/// <summary>Which way <see cref="ApgdWalk"/> goes and how far, image by image.</summary>
internal abstract class ApgdSchedule(double[] steps)
{
    /// <summary>The length of every image's next step, in the norm.</summary>
    public double[] Steps { get; protected set; } = steps;

    /// <summary>Whether a quarter of the last change is added to every step.</summary>
    public abstract bool HasMomentum { get; }

    public static ApgdSchedule For(ThreatModel ball, int images, int imageLength, int iterations) => ball.Norm == Norm.L1
        ? new ApgdSparsitySchedule(ball.Epsilon, images, imageLength, iterations)
        : new ApgdHalvingSchedule(ball, images, iterations);

    /// <summary>A random perturbation to start from; its projection lies on the ball's surface unless the box is in the way.</summary>
    public abstract void FillStart(ref ImageRandom random, Span<double> noise);

    /// <summary>Steps of length 1 up the loss, <c>[N, C, H, W]</c>, double precision.</summary>
    public abstract Tensor Direction(Tensor gradient);

    /// <summary>Is told the losses at the start.</summary>
    /// <param name="losses">One an image.</param>
    /// <param name="sparsity">How many values of every image are changed there; null for a random start.</param>
    public abstract void Begin(double[] losses, double[]? sparsity);

    /// <summary>Is told the losses after a step.</summary>
    /// <param name="losses">One an image.</param>
    /// <param name="best">The largest so far.</param>
    /// <param name="sparsity">Counts how many values of every image the best perturbation changes.</param>
    /// <returns>The images that go on from their best point.</returns>
    public abstract int[] After(double[] losses, double[] best, Func<double[]> sparsity);

    public virtual void Keep(int[] kept) => Steps = Steps.At(kept);
}

namespace Gdws.Torch.Attacks;

/// <summary>Draws the perturbations that <see cref="SquareAttack"/> tries; <c>[C, H, W]</c>, row-major.</summary>
internal abstract class SquareProposals
{
    public static SquareProposals For(ThreatModel threatModel, TorchNetwork network) => threatModel.Norm == Norm.Linf
        ? new SquareStripes(threatModel.Epsilon, network.Channels, network.Height, network.Width)
        : new SquarePyramids(threatModel, network.Channels, network.Height, network.Width);

    /// <summary>The first perturbation.</summary>
    public abstract void Begin(ref ImageRandom random, Span<double> proposal);

    /// <summary>A change of the best one.</summary>
    /// <param name="random">The image's random numbers.</param>
    /// <param name="share">The share of the image's pixels to change.</param>
    /// <param name="best">The best perturbation so far.</param>
    /// <param name="proposal">Receives the new one.</param>
    public abstract void Propose(ref ImageRandom random, double share, ReadOnlySpan<double> best, Span<double> proposal);
}

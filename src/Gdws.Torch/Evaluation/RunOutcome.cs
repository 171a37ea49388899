namespace Gdws.Torch.Evaluation;

/// <summary>What one attack made of one image.</summary>
/// <param name="Robust">Whether the image stood.</param>
/// <param name="Distance">The size of the perturbation that broke it, else that of the last attempt; in the attack's norm, in pixel units, measured in double precision.</param>
public sealed record RunOutcome(bool Robust, double Distance);

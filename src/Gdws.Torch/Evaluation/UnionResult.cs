using Gdws.Torch.Attacks;

namespace Gdws.Torch.Evaluation;

/// <summary>How a network does against an attacker who may choose among several threat models for every image.</summary>
/// <param name="ThreatModels">The threat models.</param>
/// <param name="Images">The images looked at.</param>
/// <param name="Correct">Those that no attack in any of the threat models breaks.</param>
public sealed record UnionResult(IReadOnlyList<ThreatModel> ThreatModels, int Images, int Correct)
{
    /// <summary>Robust accuracy in percent.</summary>
    public double Accuracy => 100.0 * Correct / Images;
}

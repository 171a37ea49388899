using Gdws.Torch.Attacks;

namespace Gdws.Torch.Evaluation;

/// <summary>How a network does under an attack.</summary>
/// <param name="Attack">The attack.</param>
/// <param name="Images">The images looked at; those misclassified without an attack count as broken and aren't attacked.</param>
/// <param name="Correct">Those that are classified rightly in spite of the attack, and of those before it where it is a part of another one.</param>
/// <param name="Attacked">Those that were attacked: the naturally correct ones, or what the attacks before it left standing.</param>
/// <param name="Seconds">What the attack took.</param>
/// <param name="MaxPerturbation">
/// The largest perturbation that the attack made, in its norm, measured in double precision from the images themselves.
/// </param>
public sealed record RobustResult(IAttack Attack, int Images, int Correct, int Attacked, double Seconds, double MaxPerturbation)
{
    /// <summary>The attack that this one is a part of; null where it stands for itself.</summary>
    public IAttack? PartOf { get; init; }

    /// <summary>The positions in the dataset of the images that stood, ascending.</summary>
    public IReadOnlyList<int> Standing { get; init; } = [];

    /// <summary>Robust accuracy in percent.</summary>
    public double Accuracy => 100.0 * Correct / Images;

    /// <summary>Attacked images a second; 0 where none was attacked.</summary>
    public double ImagesPerSecond => Attacked == 0 || Seconds <= 0 ? 0 : Attacked / Seconds;
}

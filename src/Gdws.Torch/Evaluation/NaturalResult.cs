namespace Gdws.Torch.Evaluation;

/// <summary>How a network does on clean images.</summary>
/// <param name="Images">The images looked at.</param>
/// <param name="Correct">Those with the right class first.</param>
/// <param name="TopFive">Those with the right class among the first five.</param>
public sealed record NaturalResult(int Images, int Correct, int TopFive)
{
    /// <summary>The positions in the dataset of the images with the right class first, ascending.</summary>
    public IReadOnlyList<int> Standing { get; init; } = [];

    /// <summary>The positions of those with the right class among the first five, ascending.</summary>
    public IReadOnlyList<int> StandingTopFive { get; init; } = [];

    /// <summary>Natural accuracy in percent.</summary>
    public double Accuracy => 100.0 * Correct / Images;

    /// <summary>Top-5 accuracy in percent.</summary>
    public double TopFiveAccuracy => 100.0 * TopFive / Images;
}

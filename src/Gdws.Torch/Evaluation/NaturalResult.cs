namespace Gdws.Torch.Evaluation;

/// <summary>How a network does on clean images.</summary>
/// <param name="Images">The images looked at.</param>
/// <param name="Correct">Those with the right class first.</param>
/// <param name="TopFive">Those with the right class among the first five.</param>
public sealed record NaturalResult(int Images, int Correct, int TopFive)
{
    /// <summary>Natural accuracy in percent.</summary>
    public double Accuracy => 100.0 * Correct / Images;

    /// <summary>Top-5 accuracy in percent.</summary>
    public double TopFiveAccuracy => 100.0 * TopFive / Images;
}

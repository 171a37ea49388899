namespace Gdws.Torch.Evaluation;

/// <summary>What an evaluation found out about one image. It depends on the network, the image, its position, the attacks and their seed alone.</summary>
/// <param name="Image">Its position in the dataset, from 0.</param>
/// <param name="Label">The right class.</param>
/// <param name="Predicted">The class that the network takes it for as it is.</param>
/// <param name="InTopFive">Whether the right class is among the network's first five.</param>
public sealed record ImageOutcome(int Image, int Label, int Predicted, bool InTopFive)
{
    /// <summary>One entry an attack of <see cref="RobustnessEvaluation.Attacks"/>, in that order.</summary>
    public IReadOnlyList<AttackOutcome> Attacks { get; init; } = [];

    /// <summary>Whether the network has it right without an attack.</summary>
    public bool IsCorrect => Predicted == Label;
}

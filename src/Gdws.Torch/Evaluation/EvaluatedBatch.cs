namespace Gdws.Torch.Evaluation;

/// <summary>A batch that an evaluation is done with.</summary>
/// <param name="Outcomes">What was found out about its images, by their position in the dataset.</param>
/// <param name="Adversarial">
/// For every attack the adversarial images <c>[N, C, H, W]</c>, row-major, where one was found, else the last attempt, and images that the network has
/// wrong as they are. Empty unless <see cref="RobustnessEvaluation.KeepsImages"/>.
/// </param>
public sealed record EvaluatedBatch(IReadOnlyList<ImageOutcome> Outcomes, IReadOnlyList<ReadOnlyMemory<float>> Adversarial);

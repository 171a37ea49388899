using Gdws.Data;
using Gdws.Torch.Attacks;
using Gdws.Torch.Evaluation;

namespace Gdws.Torch.Training;

/// <summary>Measures a network on images held out: naturally, and under PGD in each threat model that it is trained for.</summary>
internal sealed class TrainingValidation(IImageDataset images, TrainingOptions options)
{
    /// <summary>Steps of the attack: enough to rank epochs by, at half the price of the usual 20.</summary>
    private const int Iterations = 10;

    public int Images => images.Count;

    public ValidationResult Measure(TorchNetwork network, IProgress<EvaluationProgress>? progress, CancellationToken cancellation)
    {
        PgdAttack[] attacks = [.. options.Method.ThreatModels.Select(model => new PgdAttack(model) { Iterations = Iterations, Seed = options.Seed })];
        EvaluationResult result = new RobustnessEvaluation { Attacks = attacks }.Run(network, images, progress, cancellation);
        int? robust = result.Robust.Count == 0 ? null : result.Union?.Correct ?? result.Robust[0].Correct;
        return new ValidationResult(result.Images, result.Natural.Correct, robust);
    }
}

using Gdws.Cli.Output;
using Gdws.Data;
using Gdws.Execution;
using Gdws.Onnx;
using Gdws.Torch;
using Gdws.Torch.Evaluation;

namespace Gdws.Cli.Evaluation;

/// <summary>Natural and robust accuracy on libtorch.</summary>
internal static class TorchAccuracy
{
    public static AccuracyReport Measure(
        OnnxModel model,
        IImageDataset data,
        IReadOnlyList<AttackChoice> attacks,
        string device,
        int batch,
        IProgress<WorkProgress> progress,
        CancellationToken cancellation)
    {
        using TorchNetwork network = new(model, TorchRuntime.Device(device));
        RobustnessEvaluation evaluation = new() { Attacks = [.. attacks.Select(a => a.ToAttack())], BatchSize = batch };
        RelayedProgress<EvaluationProgress> relay = new(progress, p => new WorkProgress(
            p.Attack is null ? "natural accuracy" : $"robust accuracy, {p.Attack.Name} {p.Attack.ThreatModel.NormName}",
            p.Done,
            p.Total,
            "images"));

        EvaluationResult result = evaluation.Run(network, data, relay, cancellation);
        return new AccuracyReport(
            new AccuracyCount(result.Natural.Images, result.Natural.Correct, result.Natural.TopFive),
            [.. result.Robust.Zip(attacks, Convert)]);
    }

    private static RobustAccuracy Convert(RobustResult result, AttackChoice choice) => new(choice)
    {
        Attack = result.Attack.Name,
        Iterations = result.Attack.Iterations,
        Step = result.Attack.Step,
        Restarts = result.Attack.Restarts,
        Correct = result.Correct,
        Accuracy = result.Accuracy,
        ImagesPerSecond = result.ImagesPerSecond,
        MaxPerturbation = result.MaxPerturbation,
    };
}

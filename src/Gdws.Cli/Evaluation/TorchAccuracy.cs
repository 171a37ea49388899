using Gdws.Cli.Output;
using Gdws.Data;
using Gdws.Execution;
using Gdws.Onnx;
using Gdws.Torch;
using Gdws.Torch.Attacks;
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
        // Attacks work on logits: behind a softmax their gradients would vanish where the network is sure.
        using TorchNetwork network = new(model, TorchRuntime.Device(device), new TorchNetworkOptions { SkipFinalSoftmax = attacks.Count > 0 });
        RobustnessEvaluation evaluation = new() { Attacks = [.. attacks.Select(a => a.ToAttack())], BatchSize = batch };
        Relay relay = new(progress, evaluation.Attacks);
        progress.Report(new WorkProgress(Relay.Natural, 0, data.Count, "images"));
        EvaluationResult result = evaluation.Run(network, data, relay, cancellation);
        return new AccuracyReport(
            new AccuracyCount(result.Natural.Images, result.Natural.Correct, result.Natural.TopFive),
            [.. result.Robust.Select(robust => Convert(robust, evaluation.Attacks, attacks))])
        {
            Union = result.Union is { } union ? new UnionAccuracy([.. attacks.Select(choice => choice.ModelText).Distinct()], union.Correct, union.Accuracy) : null,
            Warnings = result.Warnings,
        };
    }

    private static RobustAccuracy Convert(RobustResult result, IReadOnlyList<IAttack> attacks, IReadOnlyList<AttackChoice> choices)
    {
        AttackChoice choice = choices.Where((_, i) => ReferenceEquals(attacks[i], result.PartOf ?? result.Attack)).First();
        return new RobustAccuracy(choice)
        {
            How = choice.HowOf(result.Attack),
            Attack = result.Attack.Name,
            Iterations = result.Attack.Iterations,
            Step = result.Attack.Step,
            Restarts = result.Attack.Restarts,
            Correct = result.Correct,
            Accuracy = result.Accuracy,
            ImagesPerSecond = result.ImagesPerSecond,
            MaxPerturbation = result.MaxPerturbation,
            Attacked = result.Attacked,
            Seconds = Math.Round(result.Seconds, 3),
            PartOf = result.PartOf?.Name,
        };
    }

    /// <summary>Shows the first attack's bar as soon as it begins, since its first batch may take minutes.</summary>
    private sealed class Relay(IProgress<WorkProgress> target, IReadOnlyList<IAttack> attacks) : IProgress<EvaluationProgress>
    {
        public const string Natural = "natural accuracy";

        public void Report(EvaluationProgress value)
        {
            target.Report(new WorkProgress(value.Attack is null ? Natural : NameOf(value.Attack), value.Done, value.Total, "images"));
            if (value.Attack is null && value.Done == value.Total && attacks.Count > 0)
                target.Report(new WorkProgress(NameOf(attacks[0] is AutoAttack whole ? whole.Attacks[0] : attacks[0]), 0, value.Correct, "images"));
        }

        private static string NameOf(IAttack attack) => $"robust accuracy, {attack.Name} {attack.ThreatModel.NormName}";
    }
}

using Gdws.Cli.Output;
using Gdws.Data;
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
        CancellationToken cancellation,
        LongRun? run = null,
        int seed = 0)
    {
        // Attacks work on logits: behind a softmax their gradients would vanish where the network is sure.
        using TorchNetwork network = new(model, TorchRuntime.Device(device), new TorchNetworkOptions { SkipFinalSoftmax = attacks.Count > 0, Seed = seed });
        RobustnessEvaluation evaluation = new() { Attacks = [.. attacks.Select(a => a.ToAttack())], BatchSize = batch };
        if (run is not null)
            evaluation = evaluation with { First = run.First, Count = run.Count, Known = run.Known, BatchDone = run.Add, KeepsImages = run.KeepsImages };
        Relay relay = new(progress, evaluation.Attacks, attacks);
        progress.Report(new WorkProgress(Relay.Natural, 0, evaluation.Count ?? data.Count, "images"));
        return AccuracyReport.Of(evaluation.Run(network, data, relay, cancellation), evaluation.Attacks, attacks);
    }

    /// <summary>A bar an attack, with the accuracy so far and what runs at the moment.</summary>
    private sealed class Relay(IProgress<WorkProgress> target, IReadOnlyList<IAttack> attacks, IReadOnlyList<AttackChoice> choices) : IProgress<EvaluationProgress>
    {
        public const string Natural = "natural accuracy";

        public void Report(EvaluationProgress value) => target.Report(value.Attack is null
            ? new WorkProgress(Natural, value.Done, value.Total, "images")
            : new WorkProgress(NameOf(value.Attack), value.Done, value.Total, "images") { Note = Note(value) });

        private static string Note(EvaluationProgress value)
        {
            string[] parts =
            [
                .. value.Done > 0 ? [$"{Quantity.Percent(value.Correct, value.Done)} so far"] : (string[])[],
                .. value.Part is { } part ? [$"{part.Name} on {value.Standing}"] : (string[])[],
            ];
            return string.Join(", ", parts);
        }

        private string NameOf(IAttack attack) => choices.Where((_, i) => ReferenceEquals(attacks[i], attack)).First().ThreatText;
    }
}

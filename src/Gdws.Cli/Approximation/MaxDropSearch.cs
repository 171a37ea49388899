using Gdws.Cli.Evaluation;
using Gdws.Cli.Output;
using Gdws.Data;
using Gdws.Onnx;
using Gdws.Planning;
using Gdws.Torch;
using Gdws.Torch.Evaluation;

namespace Gdws.Cli.Approximation;

/// <summary>Looks for the smallest network whose accuracy drops by no more than some points.</summary>
/// <param name="points">The drop allowed, in percentage points.</param>
/// <param name="data">The images that judge.</param>
/// <param name="attack">What robust accuracy is measured with, which is then what counts; null for natural accuracy.</param>
/// <param name="device">Where networks run.</param>
internal sealed class MaxDropSearch(double points, IImageDataset data, AttackChoice? attack, string device)
{
    private const int BatchSize = 100;

    private readonly List<DropTrial> _trials = [];

    /// <summary>What was tried, the dense network first.</summary>
    public IReadOnlyList<DropTrial> Trials => _trials;

    /// <summary>The images that judge.</summary>
    public IImageDataset Data => data;

    /// <summary>What robust accuracy was measured with.</summary>
    public AttackChoice? Attack => attack;

    /// <summary>Searches.</summary>
    /// <returns>The smallest network found; null where even the largest lost too much.</returns>
    public Approximated? Run(IApproximation approximation, OnnxModel dense, int roundTo, IProgress<WorkProgress> progress, CancellationToken cancellation)
    {
        EvaluationResult before = Measure(dense, "dense", progress, cancellation);
        long macs = NetworkComplexity.Of(dense).Macs;
        _trials.Add(new DropTrial(1, macs, before, default, attack is null ? null : default(PairedDrop), IsKept: true));
        Dictionary<string, DropTrial> known = new(StringComparer.Ordinal);
        return SpeedupSearch.Largest(approximation.MostSpeedup(roundTo), speedup =>
        {
            Approximated candidate = approximation.Within(new Budget(BudgetKind.SpeedupMacs, speedup, roundTo), cancellation);

            // Rounding makes neighbouring budgets the same network.
            string kernels = string.Join(';', candidate.Plan.Layers.Select(layer => string.Join(',', layer.KernelsPerChannel)));
            if (!known.TryGetValue(kernels, out DropTrial? trial))
            {
                EvaluationResult after = Measure(candidate.Network, $"{Quantity.Ratio(candidate.Speedup)} fewer MACs", progress, cancellation);
                known[kernels] = trial = Judge(candidate, before, after);
                _trials.Add(trial);
            }

            return (candidate, trial.IsKept);
        });
    }

    private EvaluationResult Measure(OnnxModel model, string name, IProgress<WorkProgress> progress, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using TorchNetwork network = new(model, TorchRuntime.Device(device), new TorchNetworkOptions { SkipFinalSoftmax = attack is not null });
        RobustnessEvaluation evaluation = new() { Attacks = attack is null ? [] : [attack.ToAttack()], BatchSize = BatchSize };
        RelayedProgress<EvaluationProgress> relayed = new(
            progress, p => new WorkProgress($"{name}: {(p.Attack is null ? "natural" : "robust")} accuracy", p.Done, p.Total, "images"));
        return evaluation.Run(network, data, relayed, cancellation);
    }

    private DropTrial Judge(Approximated candidate, EvaluationResult before, EvaluationResult after)
    {
        PairedDrop natural = PairedDrop.Of(before.Natural.Standing, after.Natural.Standing, data.Count);
        PairedDrop? robust = attack is null ? null : PairedDrop.Of(before.Robust[0].Standing, after.Robust[0].Standing, data.Count);

        // Counts, not percentages: a drop of exactly the points allowed is allowed.
        int lost = attack is null ? before.Natural.Correct - after.Natural.Correct : before.Robust[0].Correct - after.Robust[0].Correct;
        bool isKept = 100.0 * lost <= (points * data.Count) + 1e-9;
        return new DropTrial(candidate.Speedup, candidate.Plan.MacsAfter, after, natural, robust, isKept);
    }
}

using Gdws.Cli.Output;
using Gdws.Onnx;
using Gdws.Planning;
using Gdws.Torch.Attacks;
using Gdws.Torch.Calibration;

namespace Gdws.Cli.Sweeps;

/// <summary>Makes the networks of a sweep; what calibrated ones share is computed once, and only where one of them isn't there yet.</summary>
internal sealed class SweepNetworks(
    SweepSetup setup, IAnswers answers, string version, List<string> warnings, IProgress<WorkProgress> progress, CancellationToken cancellation)
{
    /// <summary>The dense network, the plain ones, the calibrated ones.</summary>
    public IEnumerable<SweptNetwork> All(OnnxModel dense, Spectra spectra)
    {
        SweptNetwork first = SweptNetwork.Of(dense, new NetworkResult { Name = "dense", Kind = NetworkKind.Dense, Network = "dense.onnx", SpeedupMacs = 1, SizeRatio = 1 });
        answers.Network(first.Result.Network, new { version, first.Sha256 }, () => dense);
        yield return first;
        foreach (double budget in setup.Budgets)
            yield return Plain(first, spectra, budget);
        if (setup.CalibrationImages is null)
            yield break;

        using SharedCalibration shared = new(spectra, setup, warnings, progress, cancellation);
        string images = DataIdentity.Of(setup.CalibrationImages);
        foreach (double budget in setup.CalibratedBudgets)
            yield return Calibrated(first, shared, images, budget);
    }

    private SweptNetwork Plain(SweptNetwork dense, Spectra spectra, double budget)
    {
        cancellation.ThrowIfCancellationRequested();
        return Approximated(dense, NetworkKind.Gdws, budget, new { version, dense.Sha256, budget, Planner.RuntimeBlock }, () =>
            Planner.WithinMacs(spectra, budget, roundTo: Planner.RuntimeBlock).ApplyTo(dense.Model));
    }

    private SweptNetwork Calibrated(SweptNetwork dense, SharedCalibration shared, string images, double budget)
    {
        cancellation.ThrowIfCancellationRequested();
        CalibrationOptions options = setup.Calibration;
        object question = new
        {
            version,
            dense.Sha256,
            budget,
            Planner.RuntimeBlock,
            images,
            options.Samples,
            options.Seed,
            Effort = options.Effort.ToString(),
            Device = $"{options.Device}",
            Attack = options.Attack is { } attack ? IdentityOf(attack) : null,
        };
        return Approximated(dense, NetworkKind.Calibrated, budget, question, () =>
            shared.Calibrator.Approximate(new Budget(BudgetKind.SpeedupMacs, budget, Planner.RuntimeBlock), always: false, cancellation).Network);
    }

    private SweptNetwork Approximated(SweptNetwork dense, NetworkKind kind, double budget, object question, Func<OnnxModel> compute)
    {
        string word = kind == NetworkKind.Gdws ? "GDWS" : "calibrated";
        string file = $"{word.ToLowerInvariant()}-macs-{budget}.onnx";
        (OnnxModel model, double seconds) = answers.Network(file, question, compute);
        GdwsPlan plan = GdwsPlan.Of(model) ?? throw new GdwsException($"{file}: holds no plan");
        SweptNetwork swept = SweptNetwork.Of(model, new NetworkResult
        {
            Name = $"{word}, MACs ÷ {budget}",
            Kind = kind,
            Network = file,
            Budget = new BudgetFigure("speedup-macs", plan.Budget.Value, plan.Budget.RoundTo),
            Calibration = plan.Calibration,
            Seconds = seconds,
            Layers = [.. plan.Layers.Select(LayerFigure.Of)],
        });
        return swept with
        {
            Result = swept.Result with
            {
                SpeedupMacs = (double)dense.Result.Macs!.Value / swept.Result.Macs!.Value,
                SizeRatio = (double)dense.Result.Parameters!.Value / swept.Result.Parameters!.Value,
            },
        };
    }

    private static object IdentityOf(PgdAttack attack) => new
    {
        attack.ThreatModel.NormName,
        attack.ThreatModel.Epsilon,
        attack.Iterations,
        attack.Step,
        attack.Restarts,
        attack.Seed,
    };
}

using Gdws.Planning;

namespace Gdws.Cli.Approximation;

/// <summary>MEGO, LEGO and the threshold on weights alone.</summary>
/// <param name="spectra">The network's spectra, weighted where there is a sensitivity.</param>
/// <param name="always">Whether layers become GDWS convolutions also where that doesn't pay.</param>
/// <param name="correctBias">Whether biases keep the means that batch normalisation tells of.</param>
internal sealed class PlainApproximation(Spectra spectra, bool always, bool correctBias) : IApproximation
{
    public Approximated Within(Budget budget, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        GdwsPlan plan = budget.Kind switch
        {
            BudgetKind.Beta => Planner.WithinError(spectra, budget.Value, always, budget.RoundTo),
            BudgetKind.Speedup => LatencyPlanner.WithinSpeedup(spectra, budget.Latency!, budget.Value, always, budget.RoundTo),
            BudgetKind.Latency => LatencyPlanner.WithinMilliseconds(spectra, budget.Latency!, budget.Value, always, budget.RoundTo),
            BudgetKind.KernelsPerChannel => Planner.WithKernelsPerChannel(spectra, budget.Value, always, budget.RoundTo),
            _ => Planner.WithinMacs(spectra, budget.Value, always, budget.RoundTo),
        };
        plan = plan with { BiasCorrection = correctBias };
        return new Approximated(plan, plan.ApplyTo(spectra.Network));
    }

    public double MostSpeedup(int roundTo) => Planner.MostSpeedup(spectra, always, roundTo);

    public void Dispose()
    {
    }
}

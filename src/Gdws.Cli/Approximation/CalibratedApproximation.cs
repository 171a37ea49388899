using Gdws.Data;
using Gdws.Planning;
using Gdws.Torch.Calibration;

namespace Gdws.Cli.Approximation;

/// <summary>Whitened spectra and refit on what was learnt from images, which is learnt once for all budgets.</summary>
/// <param name="statistics">What was learnt; owned.</param>
/// <param name="calibrator">The recipe; owned.</param>
/// <param name="always">Whether layers become GDWS convolutions also where that doesn't pay.</param>
internal sealed class CalibratedApproximation(CalibrationStatistics statistics, Calibrator calibrator, bool always) : IApproximation
{
    public Approximated Within(Budget budget, CancellationToken cancellation)
    {
        CalibrationResult result = calibrator.Approximate(budget, always, cancellation);
        return new Approximated(result.Plan, result.Network);
    }

    public double MostSpeedup(int roundTo) => calibrator.MostSpeedup(always, roundTo);

    /// <summary>A sentence where images that calibrated are among others, else null.</summary>
    public string? SharedWith(IImageDataset images) => CalibrationOverlap.Describe(statistics.Record, images);

    public void Dispose()
    {
        calibrator.Dispose();
        statistics.Dispose();
    }
}

using Gdws.Cli.Output;
using Gdws.Planning;
using Gdws.Torch.Calibration;

namespace Gdws.Cli.Sweeps;

/// <summary>What calibrations at several budgets share; collected when the first of them asks.</summary>
internal sealed class SharedCalibration(
    Spectra spectra, SweepSetup setup, List<string> warnings, IProgress<WorkProgress> progress, CancellationToken cancellation) : IDisposable
{
    private CalibrationStatistics? _statistics;
    private Calibrator? _calibrator;

    public Calibrator Calibrator => _calibrator ?? Prepare();

    public void Dispose()
    {
        _calibrator?.Dispose();
        _statistics?.Dispose();
    }

    private Calibrator Prepare()
    {
        RelayedProgress<CalibrationProgress> relayed = new(progress, p => new WorkProgress(p.Stage, p.Done, p.Total, p.Unit));
        _statistics = CalibrationStatistics.Collect(spectra, setup.CalibrationImages!, setup.Calibration, relayed, cancellation);
        warnings.AddRange(_statistics.Warnings);
        return _calibrator = new Calibrator(_statistics, null, relayed, releaseMoments: true, cancellation);
    }
}

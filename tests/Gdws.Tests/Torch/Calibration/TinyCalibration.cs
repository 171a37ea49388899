using Gdws.Data;
using Gdws.Planning;
using Gdws.Torch.Calibration;

namespace Gdws.Tests.Torch.Calibration;

/// <summary>The calibration's own calls, ended when the test is.</summary>
internal static class TinyCalibration
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static CalibrationStatistics Collect(Spectra spectra, IImageDataset images, CalibrationOptions options) =>
        CalibrationStatistics.Collect(spectra, images, options, null, Token);

    public static Calibrator Prepare(CalibrationStatistics statistics, CalibrationRecipe? recipe = null) => new(statistics, recipe, cancellation: Token);

    public static CalibrationResult Within(this Calibrator calibrator, Budget budget, bool always = false) => calibrator.Approximate(budget, always, Token);

    public static CalibrationResult Run(Spectra spectra, IImageDataset images, Budget budget, CalibrationOptions options, bool always = false) =>
        Calibrator.Run(spectra, images, budget, options, always, null, Token);
}

using Gdws.Data;
using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Cli.Approximation;

/// <summary>Tells when a network is judged by the images that it was calibrated on.</summary>
internal static class CalibrationOverlap
{
    /// <summary>A sentence where images that calibrated a network are among those that judge it, else null.</summary>
    /// <param name="network">The network; its plan says what calibrated it.</param>
    /// <param name="images">The images that judge.</param>
    public static string? Describe(OnnxModel network, IImageDataset images)
    {
        try
        {
            return Describe(GdwsPlan.Of(network)?.Calibration, images);
        }
        catch (InvalidFileException)
        {
            // Damaged metadata doesn't keep a network from being measured.
            return null;
        }
    }

    /// <summary>The same for what a plan says.</summary>
    public static string? Describe(PlanCalibration? calibration, IImageDataset images)
    {
        if (calibration?.Fingerprints is not { } fingerprints)
            return null;
        (int shared, int lookedAt) = ImageFingerprints.Count(images, fingerprints);
        return shared == 0
            ? null
            : $"{shared:N0} of {lookedAt:N0} images of {images.Name} ({images.Split}) calibrated the network, too: its accuracy on them looks better than it is";
    }
}

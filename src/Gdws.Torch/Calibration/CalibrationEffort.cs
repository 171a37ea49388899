namespace Gdws.Torch.Calibration;

/// <summary>How much work a calibration does.</summary>
public enum CalibrationEffort
{
    /// <summary>
    /// Whitened spectra, kernels given up by what they are worth beside the others, pointwise weights and biases refit layer after layer on what the
    /// approximated layers before make.
    /// </summary>
    Quick,

    /// <summary>Everything that helps: also measures what each layer is worth, and improves kernels by alternating least squares.</summary>
    Full,
}

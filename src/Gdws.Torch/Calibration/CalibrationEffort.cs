namespace Gdws.Torch.Calibration;

/// <summary>How much work a calibration does.</summary>
public enum CalibrationEffort
{
    /// <summary>Whitened spectra, kernels given up by what they are worth beside the others, pointwise weights and biases refit by least squares.</summary>
    Quick,

    /// <summary>
    /// Everything that helps: also measures what each layer is worth, improves kernels by alternating least squares, and refits layer after layer on what the
    /// approximated layers before make.
    /// </summary>
    Full,
}

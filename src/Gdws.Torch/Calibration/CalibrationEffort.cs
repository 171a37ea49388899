namespace Gdws.Torch.Calibration;

/// <summary>How much work a calibration does.</summary>
public enum CalibrationEffort
{
    /// <summary>Whitened spectra, one threshold for the network, pointwise weights and biases refit by least squares.</summary>
    Quick,

    /// <summary>Everything that helps: second-order choice of kernels, alternating least squares, refit layer after layer on the approximated prefix.</summary>
    Full,
}

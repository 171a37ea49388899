namespace Gdws.Torch.Calibration;

/// <summary>What an error of one layer counts for beside the same error of another.</summary>
public enum LayerWeighting
{
    /// <summary>One over the variance of its outputs: relative errors.</summary>
    Relative,

    /// <summary>
    /// The Fisher information of its outputs: what the error does to the network's own outputs, to first order. Where the spectra have a sensitivity α:
    /// mean α over the mean variance of the layer's inputs.
    /// </summary>
    Fisher,

    /// <summary>The geometric mean of that and of the divergence measured with only that layer approximated.</summary>
    FisherAndMeasured,
}

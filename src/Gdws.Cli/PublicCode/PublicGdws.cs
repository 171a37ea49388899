using Gdws.Onnx;
using Gdws.Planning;
using Gdws.Torch.Sensitivity;

namespace Gdws.Cli.PublicCode;

/// <summary>LEGO as the paper's command applies it: one β for every layer, in every K×K convolution but the first.</summary>
internal static class PublicGdws
{
    /// <param name="network">The network.</param>
    /// <param name="alphas">The file of sensitivities, or null for an unweighted error.</param>
    /// <param name="beta">β, at least 0.</param>
    /// <exception cref="GdwsException">The file has no values for a layer.</exception>
    public static GdwsPlan Plan(OnnxModel network, string? alphas, double beta)
    {
        Spectra spectra = Spectra.Of(network);
        if (alphas is not null)
            spectra = SensitivityFile.Read(alphas).Weight(spectra);
        return Planner.WithinError(spectra, beta, always: true);
    }
}

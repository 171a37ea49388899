using Gdws.Decomposition;
using Gdws.Onnx;

namespace Gdws.Planning;

/// <summary>The spectra of all convolutions of a network that may become GDWS convolutions, and why the others may not.</summary>
public sealed class Spectra
{
    private readonly Lazy<string> _sha256;

    private Spectra(OnnxModel network, IReadOnlyList<NetworkLayer> layers, Lazy<string> sha256, string? sensitivitySha256)
    {
        Network = network;
        Layers = layers;
        _sha256 = sha256;
        SensitivitySha256 = sensitivitySha256;
    }

    /// <summary>The network.</summary>
    public OnnxModel Network { get; }

    /// <summary>Every 2-D convolution of the network, in the order of execution.</summary>
    public IReadOnlyList<NetworkLayer> Layers { get; }

    /// <summary>The SHA-256 of the sensitivity, or null where the error isn't weighted.</summary>
    public string? SensitivitySha256 { get; }

    /// <summary>The SHA-256 of the network.</summary>
    internal string NetworkSha256 => _sha256.Value;

    /// <summary>Decomposes the weights of a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="options">Which layers to leave alone; null for the defaults.</param>
    /// <exception cref="GdwsException">A weight isn't finite or isn't whole, or an excluded name matches no layer.</exception>
    public static Spectra Of(OnnxModel network, SpectraOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        Eligibility eligibility = new(network, options ?? new SpectraOptions());
        List<NetworkLayer> layers = [];
        foreach (ConvolutionLayer layer in network.Convolutions)
        {
            string? reason = eligibility.ReasonAgainst(layer);
            layers.Add(new NetworkLayer { Convolution = layer, Reason = reason, Spectrum = reason is null ? Decompose(network, layer) : null });
        }

        return new Spectra(network, layers, new Lazy<string>(() => Fingerprint.Of(network)), sensitivitySha256: null);
    }

    /// <summary>The same spectra with their errors weighted.</summary>
    /// <param name="sensitivity">
    /// α_c, <c>[C]</c> for every layer that may become a GDWS convolution, by its name; further names are ignored. Each at least 0.
    /// </param>
    /// <exception cref="GdwsException">A layer's vector is missing, not of length C, negative, NaN or infinite.</exception>
    public Spectra WeightedBy(IReadOnlyDictionary<string, float[]> sensitivity)
    {
        ArgumentNullException.ThrowIfNull(sensitivity);
        List<NetworkLayer> layers = [];
        foreach (NetworkLayer layer in Layers)
        {
            if (layer.Spectrum is null)
            {
                layers.Add(layer);
                continue;
            }

            if (!sensitivity.TryGetValue(layer.Name, out float[]? values))
                throw new GdwsException($"the sensitivity has no values for the layer {layer.Name}");
            try
            {
                // An empty vector means ones elsewhere; here it is a mistake.
                float[] validated = values.Length == 0
                    ? throw new GdwsException($"the sensitivity has 0 values for {layer.Spectrum.Inputs} input channels")
                    : SensitivityVector.Validated(values, layer.Spectrum.Inputs);
                layers.Add(layer with { Sensitivity = validated });
            }
            catch (GdwsException exception)
            {
                throw new GdwsException($"layer {layer.Name}: {exception.Message}", exception);
            }
        }

        return new Spectra(Network, layers, _sha256, Fingerprint.Of(layers));
    }

    /// <summary>The same layers with errors measured on data.</summary>
    /// <param name="metrics">For every layer that may become a GDWS convolution how its errors are measured, by its name; others are ignored.</param>
    /// <param name="weights">What an error in a layer counts for beside one in the others, positive, by its name; 1 for those that aren't there.</param>
    /// <exception cref="GdwsException">A layer has no metric.</exception>
    public Spectra MeasuredBy(IReadOnlyDictionary<string, ChannelMetric> metrics, IReadOnlyDictionary<string, double>? weights = null)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        NetworkLayer[] layers = [.. Layers.Select(layer => layer.Spectrum is null ? layer : layer with
        {
            Spectrum = Decompose(
                Network,
                layer.Convolution,
                metrics.GetValueOrDefault(layer.Name) ?? throw new GdwsException($"layer {layer.Name}: how its errors are measured wasn't given")),
            Weight = weights?.GetValueOrDefault(layer.Name, 1) ?? 1,
        })];
        return new Spectra(Network, layers, _sha256, SensitivitySha256);
    }

    /// <summary>The spectrum of one layer's weight.</summary>
    internal static LayerSpectrum Decompose(OnnxModel network, ConvolutionLayer layer, ChannelMetric? metric = null)
    {
        try
        {
            float[] weight = network.Constant(layer.WeightName)!.ToSingles();
            return LayerSpectrum.Of(weight, layer.Outputs, layer.Inputs, layer.KernelHeight, layer.KernelWidth, metric);
        }
        catch (GdwsException exception)
        {
            throw new GdwsException($"{network.Source}: layer {layer.Name}: {exception.Message}", exception);
        }
    }
}

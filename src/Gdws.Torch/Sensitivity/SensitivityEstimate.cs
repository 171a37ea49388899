using Gdws.Planning;

namespace Gdws.Torch.Sensitivity;

/// <summary>The sensitivity of a network: α_c of equation (8) for every input channel c of its K×K convolutions, K &gt; 1.</summary>
/// <param name="Source">Where it comes from, for messages, e.g. the file's path.</param>
/// <param name="Layers">α, <c>[C]</c>, each finite and at least 0, by the layer's name.</param>
/// <param name="Metadata">
/// How it was made: what is needed to make it again, see <see cref="SensitivityFile"/>. Of a file from elsewhere, the plain values that lie beside the vectors.
/// </param>
public sealed record SensitivityEstimate(
    string Source, IReadOnlyDictionary<string, float[]> Layers, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>The metadata's key for the SHA-256 of the network (see <see cref="Fingerprint"/>).</summary>
    public const string NetworkKey = "network_sha256";

    /// <summary>Whether the sensitivity says that it was made from another network.</summary>
    /// <param name="network">The network that it is to be used for.</param>
    public bool IsOfAnother(Gdws.Onnx.OnnxModel network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return Metadata.TryGetValue(NetworkKey, out string? made) && made != Fingerprint.Of(network);
    }

    /// <summary>The spectra with their errors weighted by this sensitivity.</summary>
    /// <param name="spectra">The spectra of the network.</param>
    /// <exception cref="GdwsException">A layer's vector is missing or not of length C; the message names the file and the layer.</exception>
    public Spectra Weight(Spectra spectra)
    {
        ArgumentNullException.ThrowIfNull(spectra);
        try
        {
            return spectra.WeightedBy(Layers);
        }
        catch (GdwsException exception)
        {
            throw new GdwsException($"{Source}: {exception.Message} (made for another network, or without this layer?)", exception);
        }
    }
}

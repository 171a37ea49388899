using System.Collections.Immutable;
using Gdws.Onnx;

namespace Gdws.Planning;

/// <summary>
/// How long the convolutions of a network take on one machine, engine, batch and number of threads, as they are and as GDWS convolutions; it predicts the
/// time of the whole network under any plan. It is measured, and may be kept as a JSON file.
/// </summary>
/// <remarks>
/// Predicted is <c>T = T_0 + scale · Σ_l (ms_l(G_l) − dense_l)</c>: only differences between forms of the same layer count, so that what surrounds it,
/// in the measurement or in the network, falls out. T_0 is the measured time of the network as it is. The scale is what whole networks with the same G/C in
/// every layer, measured beside it, say that these differences are worth in the network.
/// </remarks>
public sealed record LatencyModel
{
    /// <summary>The first entry of the JSON form: what it is and in which version.</summary>
    public const string CurrentFormat = "gdws-latency 1";

    /// <summary><see cref="CurrentFormat"/>.</summary>
    public string Format { get; init; } = CurrentFormat;

    /// <summary>The name of the network's file, without its folder.</summary>
    public required string Network { get; init; }

    /// <summary>The SHA-256 of the network as this library writes it, lower-case hexadecimal.</summary>
    public required string NetworkSha256 { get; init; }

    /// <summary>The machine that was measured on, in one line.</summary>
    public required string Machine { get; init; }

    /// <summary>The engine, e.g. <c>onnxruntime</c>.</summary>
    public required string Engine { get; init; }

    /// <summary>Images a run; all times are of one run.</summary>
    public required int Batch { get; init; }

    /// <summary>Threads a run.</summary>
    public required int Threads { get; init; }

    /// <summary>The multiple of kernels that the engine likes: with any other number it takes at least as long as with the next multiple.</summary>
    public required int Block { get; init; }

    /// <summary>Milliseconds a run of the whole network as it is.</summary>
    public required double Milliseconds { get; init; }

    /// <summary>What a difference between the measured times of a layer's forms is worth in the whole network; positive.</summary>
    public required double Scale { get; init; }

    /// <summary>Whole networks: predicted and measured.</summary>
    public required ImmutableArray<LatencyCheck> Checks { get; init; }

    /// <summary>Every 2-D convolution of the network, in the order of execution.</summary>
    public required ImmutableArray<LatencyLayer> Layers { get; init; }

    /// <summary>Reads a model.</summary>
    /// <param name="path">The JSON file.</param>
    /// <exception cref="InvalidFileException">The file is missing, damaged or no latency model of a version that we know.</exception>
    public static LatencyModel Load(string path) => LatencyModelJson.Load(path);

    /// <summary>Reads a model.</summary>
    /// <param name="json">The JSON text.</param>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <exception cref="InvalidFileException">The text is damaged or no latency model of a version that we know.</exception>
    public static LatencyModel FromJson(string json, string source = "latency model") => LatencyModelJson.Read(json, source);

    /// <summary>The model as JSON text; the same model gives the same text.</summary>
    public string ToJson() => LatencyModelJson.Write(this);

    /// <summary>Writes the model as JSON, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="GdwsException">The file can't be written.</exception>
    public void Save(string path) => AtomicFile.WriteText(path, ToJson());

    /// <summary>Whether exactly this network was measured. Others of the same layers take as long, whatever their weights.</summary>
    /// <param name="network">The network.</param>
    public bool IsMadeFor(OnnxModel network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return Fingerprint.Of(network) == NetworkSha256;
    }

    /// <summary>Makes sure that every convolution of a network was measured.</summary>
    /// <param name="network">The network.</param>
    /// <exception cref="GdwsException">A layer is missing or of another shape; the message names it.</exception>
    public void RequireFor(OnnxModel network)
    {
        ArgumentNullException.ThrowIfNull(network);
        Dictionary<string, LatencyLayer> byName = Layers.ToDictionary(layer => layer.Name, StringComparer.Ordinal);
        foreach (ConvolutionLayer layer in network.Convolutions)
        {
            if (!byName.TryGetValue(layer.Name, out LatencyLayer? measured))
                throw new GdwsException($"{network.Source}: layer {layer.Name} isn't among the layers that were measured, which are those of {Network}");
            if (!measured.Fits(layer))
            {
                throw new GdwsException(
                    $"{network.Source}: layer {layer.Name}: measured was {Shape(measured.Outputs, measured.Inputs, measured.Kernel[0], measured.Kernel[1], (measured.OutputSize[0], measured.OutputSize[1]))}"
                    + $" (in {Network}), found {Shape(layer.Outputs, layer.Inputs, layer.KernelHeight, layer.KernelWidth, layer.OutputSize)}");
            }
        }
    }

    /// <summary>What a form of a layer takes in the whole network: its measured time on the scale of the network, in milliseconds a run.</summary>
    /// <param name="layer">A layer of this model.</param>
    /// <param name="kernels">G, or null for the layer as it is.</param>
    /// <exception cref="GdwsException">The layer wasn't measured as a GDWS convolution.</exception>
    public double MillisecondsOf(LatencyLayer layer, int? kernels)
    {
        ArgumentNullException.ThrowIfNull(layer);
        return Scale * (kernels is { } count ? CurveOf(layer).At(count) : layer.DenseMilliseconds);
    }

    /// <summary>The times of a layer by its number of kernels, not on the scale of the network.</summary>
    /// <param name="layer">A layer of this model.</param>
    /// <exception cref="GdwsException">The layer wasn't measured as a GDWS convolution.</exception>
    public LatencyCurve CurveOf(LatencyLayer layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        return layer.HasCurve
            ? new LatencyCurve(layer.Points, Block)
            : throw new GdwsException($"layer {layer.Name} wasn't measured as a GDWS convolution");
    }

    /// <summary>The time of the whole network, in milliseconds a run.</summary>
    /// <param name="kernels">G by the name of the layer; layers that aren't there stay as they are.</param>
    /// <exception cref="GdwsException">A layer wasn't measured as a GDWS convolution.</exception>
    public double Predict(IReadOnlyDictionary<string, int> kernels)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        return Milliseconds + Layers
            .Where(layer => kernels.ContainsKey(layer.Name))
            .Sum(layer => MillisecondsOf(layer, kernels[layer.Name]) - MillisecondsOf(layer, null));
    }

    private static string Shape(int outputs, int inputs, int height, int width, (int Height, int Width) size) =>
        $"[{outputs}, {inputs}, {height}, {width}] to {size.Height}×{size.Width} pixels";
}

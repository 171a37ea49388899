using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Gdws.Decomposition;
using Gdws.Onnx;

namespace Gdws.Planning;

/// <summary>
/// What becomes of every convolution of a network, and why. It is made by <see cref="Planner"/>, may be kept as a JSON file, and travels
/// in the metadata of the network that it was applied to.
/// </summary>
public sealed record GdwsPlan
{
    /// <summary>The key of the model's metadata that holds the plan.</summary>
    public const string MetadataKey = "gdws.plan";

    /// <summary>The first entry of the JSON form: what it is and in which version.</summary>
    public const string CurrentFormat = "gdws-plan 1";

    /// <summary><see cref="CurrentFormat"/>.</summary>
    public string Format { get; init; } = CurrentFormat;

    /// <summary>The name of the network's file, without its folder.</summary>
    public required string Source { get; init; }

    /// <summary>The SHA-256 of the network as this library writes it, lower-case hexadecimal.</summary>
    public required string SourceSha256 { get; init; }

    /// <summary>What bounded the approximation.</summary>
    public required Budget Budget { get; init; }

    /// <summary>The SHA-256 of the sensitivity that weighted the error, or null where none did.</summary>
    public required string? SensitivitySha256 { get; init; }

    /// <summary>What the weights were calibrated on; null where the plan follows from the network alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PlanCalibration? Calibration { get; init; }

    /// <summary>
    /// Whether biases make good for shifted means, as far as batch normalisation says what the means are. It needs no images and follows from the network.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool BiasCorrection { get; init; }

    /// <summary>The measured times that it was chosen by, and what they predict; null where time had no say.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PlanLatency? Latency { get; init; }

    /// <summary>Multiply-accumulates of the whole network for one image, before.</summary>
    public required long MacsBefore { get; init; }

    /// <summary>Multiply-accumulates of the whole network for one image, afterwards.</summary>
    public required long MacsAfter { get; init; }

    /// <summary>Every 2-D convolution of the network, in the order of execution.</summary>
    public required ImmutableArray<PlannedLayer> Layers { get; init; }

    /// <summary>Reads a plan.</summary>
    /// <param name="path">The JSON file.</param>
    /// <exception cref="InvalidFileException">The file is missing, damaged or no plan of a version that we know.</exception>
    public static GdwsPlan Load(string path) => GdwsPlanJson.Load(path);

    /// <summary>Reads a plan.</summary>
    /// <param name="json">The JSON text.</param>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <exception cref="InvalidFileException">The text is damaged or no plan of a version that we know.</exception>
    public static GdwsPlan FromJson(string json, string source = "plan") => GdwsPlanJson.Read(json, source);

    /// <summary>The plan that made a network, from its metadata; null where there is none.</summary>
    /// <param name="network">The network.</param>
    /// <exception cref="InvalidFileException">The metadata is damaged or no plan of a version that we know.</exception>
    public static GdwsPlan? Of(OnnxModel network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return network.Metadata(MetadataKey) is { } json ? GdwsPlanJson.Read(json, $"{network.Source} ({MetadataKey})") : null;
    }

    /// <summary>The plan as JSON text; the same plan gives the same text.</summary>
    public string ToJson() => GdwsPlanJson.Write(this);

    /// <summary>Writes the plan as JSON, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="GdwsException">The file can't be written.</exception>
    public void Save(string path) => AtomicFile.WriteText(path, ToJson());

    /// <summary>Whether the plan was made for exactly this network. Others of the same architecture can be planned by it, too.</summary>
    /// <param name="network">The network.</param>
    public bool IsMadeFor(OnnxModel network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return Fingerprint.Of(network) == SourceSha256;
    }

    /// <summary>The layers whose bias <see cref="BiasCorrection"/> can correct: those that read a batch normalisation's output, with or without a rectifier.</summary>
    /// <param name="network">The network.</param>
    /// <exception cref="GdwsException">A layer of the plan isn't in the network, is of another shape or isn't dense.</exception>
    public IReadOnlyList<string> CorrectableLayers(OnnxModel network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return [.. Layers.Where(layer => layer.IsGdws && Planning.BiasCorrection.MeanPatch(network, Find(network, layer)) is not null).Select(layer => layer.Name)];
    }

    /// <summary>The weights of the GDWS convolutions, from the spectra of a network's weights.</summary>
    /// <param name="network">The network.</param>
    /// <returns>For every layer that becomes a GDWS convolution, by its name.</returns>
    /// <exception cref="GdwsException">A layer of the plan isn't in the network, is of another shape or isn't dense; or the plan was calibrated.</exception>
    public IReadOnlyDictionary<string, GdwsFactors> FactorsOf(OnnxModel network)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (Calibration is not null)
            throw new GdwsException("the plan was calibrated on images, so its weights don't follow from the network: calibrate again or use the network that was written");
        Dictionary<string, GdwsFactors> factors = new(StringComparer.Ordinal);
        foreach (PlannedLayer planned in Layers.Where(layer => layer.IsGdws))
        {
            ConvolutionLayer layer = Find(network, planned);
            LayerSpectrum spectrum = Spectra.Decompose(network, layer);
            GdwsFactors plain = GdwsFactors.Of(new Selection(spectrum, planned.KernelsPerChannel));
            factors[planned.Name] = BiasCorrection && Planning.BiasCorrection.MeanPatch(network, layer) is { } means
                ? Planning.BiasCorrection.Correct(spectrum.Weight, plain, means)
                : plain;
        }

        return factors;
    }

    /// <summary>Makes the network that the plan describes.</summary>
    /// <param name="network">The network; isn't changed.</param>
    /// <returns>A new network of standard operators, with the plan in its metadata.</returns>
    /// <exception cref="GdwsException">A layer of the plan isn't in the network, is of another shape or isn't dense.</exception>
    public OnnxModel ApplyTo(OnnxModel network) => ApplyTo(network, FactorsOf(network));

    /// <summary>Makes the network that the plan describes, with weights from elsewhere, e.g. from a calibration.</summary>
    /// <param name="network">The network; isn't changed.</param>
    /// <param name="factors">For every layer that becomes a GDWS convolution its weights, by its name.</param>
    /// <returns>A new network of standard operators, with the plan in its metadata.</returns>
    /// <exception cref="GdwsException">
    /// A layer of the plan isn't in the network, is of another shape or isn't dense; its weights are missing or don't have the plan's kernels.
    /// </exception>
    public OnnxModel ApplyTo(OnnxModel network, IReadOnlyDictionary<string, GdwsFactors> factors)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(factors);
        GdwsConvolutionWriter writer = new(network);
        foreach (PlannedLayer planned in Layers.Where(layer => layer.IsGdws))
        {
            ConvolutionLayer layer = Find(network, planned);
            if (!factors.TryGetValue(planned.Name, out GdwsFactors? weights))
                throw new GdwsException($"layer {planned.Name}: the plan makes it a GDWS convolution, but its factors weren't given");
            RequireSame(planned, weights);
            writer.Replace(layer, weights);
        }

        return writer.Finish(MetadataKey, ToJson());
    }

    private static ConvolutionLayer Find(OnnxModel network, PlannedLayer planned)
    {
        ConvolutionLayer? layer = network.Convolutions.FirstOrDefault(candidate => candidate.Name == planned.Name);
        if (layer is null)
            throw new GdwsException($"{network.Source}: has no convolution {planned.Name}, which the plan makes a GDWS convolution");
        if (layer.Kind != ConvolutionKind.Dense || network.Constant(layer.WeightName) is null)
        {
            string kind = layer.Kind.ToString().ToLowerInvariant();
            throw new GdwsException(
                $"{network.Source}: layer {layer.Name}: the plan expects a dense convolution of constant weight, found {kind}");
        }

        int[] expected = [planned.Outputs, planned.Inputs, .. planned.Kernel];
        int[] found = [layer.Outputs, layer.Inputs, layer.KernelHeight, layer.KernelWidth];
        if (!expected.SequenceEqual(found))
        {
            throw new GdwsException(
                $"{network.Source}: layer {layer.Name}: the plan expects a weight of shape [{string.Join(", ", expected)}], "
                + $"found [{string.Join(", ", found)}]");
        }

        return layer;
    }

    private static void RequireSame(PlannedLayer planned, GdwsFactors factors)
    {
        int[] expected = [planned.Outputs, planned.Inputs, .. planned.Kernel];
        int[] found = [factors.Outputs, factors.Inputs, factors.KernelHeight, factors.KernelWidth];
        int[] counts = new int[factors.Inputs];
        foreach (int channel in factors.ChannelMap)
            counts[channel]++;
        if (!expected.SequenceEqual(found) || !counts.SequenceEqual(planned.KernelsPerChannel))
        {
            throw new GdwsException(
                $"layer {planned.Name}: the plan has {planned.Kernels} kernels for a weight of shape [{string.Join(", ", expected)}], "
                + $"the factors {factors.Kernels} for [{string.Join(", ", found)}], or they belong to other channels");
        }
    }
}

using Gdws.Execution;
using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Latency;

/// <summary>
/// Measures every convolution of a network on an engine, as it is and as a GDWS convolution with several numbers of kernels, and makes a
/// <see cref="LatencyModel"/> of it.
/// </summary>
/// <remarks>
/// <code>
///   network ─► shapes of layers ─► each in a small network, all forms in turns ─► times by G ─┐
///      └─────► whole networks with the same G/C everywhere, in turns ────────────────────────┴─► scale ─► model
/// </code>
/// The method stands in docs/latency.md.
/// </remarks>
public sealed class LatencyMeasurement
{
    // Whole networks weigh as much in the progress as so many layers: they are measured one by one, too.
    private static readonly int _wholeNetworks = WholeNetworks.Ratios.Length + 1;

    private readonly LatencyOptions _options;
    private readonly TimeProvider _clock;

    /// <summary>Creates the measurement.</summary>
    /// <param name="options">How to measure; null for the defaults.</param>
    /// <param name="clock">The clock, by default the system's.</param>
    public LatencyMeasurement(LatencyOptions? options = null, TimeProvider? clock = null)
    {
        _options = options ?? new LatencyOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Batch, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Threads, 1, nameof(options));
        _clock = clock ?? TimeProvider.System;
    }

    /// <summary>The machine that this runs on as models name it, in one line.</summary>
    public static string Machine { get; } =
        $"{MachineDescription.Current.Cpu}, {MachineDescription.Current.Cores} cores, {string.Join(", ", MachineDescription.Current.InstructionSets)}";

    /// <summary>Measures a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="engine">What runs it.</param>
    /// <param name="progress">Told the share of the work done so far, 0 to 1.</param>
    /// <param name="cancellation">Looked at between runs.</param>
    /// <exception cref="GdwsException">The engine can't run the network, it has no convolution, or the size of a map is unknown.</exception>
    /// <exception cref="OperationCanceledException">The measurement was cancelled.</exception>
    public LatencyModel Run(OnnxModel network, IEngine engine, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(engine);
        NetworkSignature signature = NetworkSignature.Of(network);
        if (network.Convolutions.Count == 0)
            throw new GdwsException($"{network.Source}: has no convolution to measure");
        (ConvolutionLayer Layer, LayerShape Shape)[] layers = [.. network.Convolutions.Select(layer => (layer, LayerShape.Of(network, layer)))];
        LayerShape[] shapes = [.. layers.Select(layer => layer.Shape).Distinct()];

        double total = shapes.Length + _wholeNetworks;
        LayerMeasurement measurement = new(engine, _options, new CacheSweep(network), _clock);
        Dictionary<LayerShape, LayerTimes> times = [];
        foreach (LayerShape shape in shapes)
            times[shape] = measurement.Run(shape, signature.FixedBatch, share => progress?.Report((times.Count + share) / total), cancellation);

        LatencyModel model = new()
        {
            Network = Path.GetFileName(network.Source),
            NetworkSha256 = Fingerprint.Of(network),
            Machine = Machine,
            Engine = engine.Name,
            Batch = _options.Batch,
            Threads = _options.Threads,
            Block = BlockDetection.Of([.. times.Values.Select(layer => layer.Points)]),
            Milliseconds = 0,
            Scale = 1,
            Checks = [],
            Layers = [.. layers.Select(layer => Layer(layer.Layer, layers.First(other => other.Shape == layer.Shape).Layer.Name, times[layer.Shape]))],
        };
        WholeNetworks whole = new(network, engine, _options, _clock);
        Dictionary<string, int>[] variants = [.. WholeNetworks.Ratios.Select(ratio => whole.KernelsAt(ratio, model.Block))];
        Quartiles[] measured = whole.Measure(variants, share => progress?.Report((times.Count + (share * _wholeNetworks)) / total), cancellation);
        return ScaleFit.Of(model, variants, measured);
    }

    private static LatencyLayer Layer(ConvolutionLayer layer, string measuredAs, LayerTimes time) => new()
    {
        Name = layer.Name,
        Outputs = layer.Outputs,
        Inputs = layer.Inputs,
        Kernel = [layer.KernelHeight, layer.KernelWidth],
        OutputSize = [layer.OutputSize.Height, layer.OutputSize.Width],
        MeasuredAs = measuredAs,
        DenseMilliseconds = time.AsItIs.Median,
        DenseLow = time.AsItIs.Low,
        DenseHigh = time.AsItIs.High,
        Points = [.. time.Points],
    };
}

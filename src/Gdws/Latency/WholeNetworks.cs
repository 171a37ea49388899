using Gdws.Execution;
using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Latency;

/// <summary>Whole networks that are measured beside their layers: as it is, and with the same number of kernels per channel in every layer.</summary>
internal sealed class WholeNetworks
{
    /// <summary>Kernels per channel of those that are measured, beside the network as it is.</summary>
    public static readonly double[] Ratios = [0.75, 1.5, 2.5];

    private readonly OnnxModel _network;
    private readonly IEngine _engine;
    private readonly LatencyOptions _options;
    private readonly TimeProvider _clock;

    public WholeNetworks(OnnxModel network, IEngine engine, LatencyOptions options, TimeProvider clock)
    {
        _network = network;
        _engine = engine;
        _options = options;
        _clock = clock;
    }

    /// <summary>Kernels of the layers that such a ratio makes GDWS convolutions with fewer multiply-accumulates, by their names.</summary>
    /// <param name="ratio">Kernels per channel.</param>
    /// <param name="block">Numbers of kernels are multiples of this.</param>
    public Dictionary<string, int> KernelsAt(double ratio, int block)
    {
        Dictionary<string, int> kernels = new(StringComparer.Ordinal);
        foreach (ConvolutionLayer layer in _network.Convolutions.Skip(1).Where(IsReplaceable))
        {
            int kernelSize = layer.KernelHeight * layer.KernelWidth;
            int count = Math.Max(1, (int)Math.Round(ratio * layer.Inputs / block)) * block;
            if (count <= layer.Inputs * Math.Min(layer.Outputs, kernelSize) && count * ((long)kernelSize + layer.Outputs) < layer.MacsPerPixel)
                kernels[layer.Name] = count;
        }

        return kernels;
    }

    /// <summary>Measures the network as it is and with some kernels, in turns.</summary>
    /// <param name="variants">Kernels by the name of the layer.</param>
    /// <param name="progress">Told the share of the work done so far, 0 to 1.</param>
    /// <param name="cancellation">Looked at between runs.</param>
    /// <returns>Milliseconds a run: of the network as it is, then of each variant.</returns>
    public Quartiles[] Measure(IReadOnlyList<IReadOnlyDictionary<string, int>> variants, Action<double> progress, CancellationToken cancellation)
    {
        List<ThroughputCandidate> candidates = [];
        try
        {
            candidates.Add(new ThroughputCandidate(_network.Source, _engine.Name, _engine.Load(_network, _options.Threads)));
            foreach (IReadOnlyDictionary<string, int> kernels in variants)
            {
                cancellation.ThrowIfCancellationRequested();
                candidates.Add(new ThroughputCandidate(_network.Source, _engine.Name, _engine.Load(With(kernels), _options.Threads)));
            }

            ThroughputOptions options = new()
            {
                Batch = _options.Batch,
                Threads = _options.Threads,
                Duration = _options.Duration,
                WarmUpLimit = _options.Duration,
                Seed = _options.Seed,
            };
            ThroughputReport report = new ThroughputMeasurement(options, _clock).Run(candidates, new Told(progress), cancellation);
            return [.. report.Results.Select(result => new Quartiles(Milliseconds(result.FpsHigh), Milliseconds(result.Fps), Milliseconds(result.FpsLow)))];
        }
        finally
        {
            candidates.ForEach(candidate => candidate.Session.Dispose());
        }
    }

    private OnnxModel With(IReadOnlyDictionary<string, int> kernels)
    {
        GdwsConvolutionWriter writer = new(_network);
        foreach (ConvolutionLayer layer in _network.Convolutions.Where(layer => kernels.ContainsKey(layer.Name)))
            writer.Replace(layer, RandomFactors.Of(layer, kernels[layer.Name], _options.Seed));
        return writer.Finish("gdws.latency", "kernels drawn at random");
    }

    private double Milliseconds(double imagesPerSecond) => Math.Round(1000 * _options.Batch / imagesPerSecond, 6);

    private bool IsReplaceable(ConvolutionLayer layer) =>
        layer.Kind == ConvolutionKind.Dense && _network.Constant(layer.WeightName) is not null;

    private sealed class Told(Action<double> progress) : IProgress<double>
    {
        public void Report(double value) => progress(value);
    }
}

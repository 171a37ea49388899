using Gdws.Execution;
using Gdws.Onnx;

namespace Gdws.Latency;

/// <summary>One form of a layer with its images and its samples.</summary>
internal sealed class LayerLane : IDisposable
{
    private static readonly TimeSpan _warmUp = TimeSpan.FromMilliseconds(25);
    private const int FewestWarmUps = 3;

    private readonly IEngineSession _session;
    private readonly TimeProvider _clock;
    private readonly int _batch;
    private readonly float[] _images;
    private readonly float[] _logits;
    private readonly List<double> _milliseconds = [];

    public LayerLane(IEngine engine, OnnxModel network, LatencyOptions options, double weightShare, TimeProvider clock)
    {
        WeightShare = weightShare;
        _clock = clock;
        _batch = options.Batch;
        _session = engine.Load(network, options.Threads);
        long values = (long)_batch * Math.Max(_session.ImageLength, _session.Classes);
        if (values > Array.MaxLength)
        {
            _session.Dispose();
            throw new GdwsException($"a batch of {_batch:N0} has {values:N0} values, more than an array can hold; take a smaller one");
        }

        _images = RandomFactors.Values(new Random(options.Seed), _batch * _session.ImageLength, 1);
        _logits = new float[_batch * _session.Classes];
    }

    /// <summary>The weights of this form beside those that the layer has now, at most 1.</summary>
    public double WeightShare { get; }

    /// <summary>Seconds of the last warm-up's runs, each.</summary>
    public double SecondsPerRun { get; private set; }

    /// <summary>The samples so far, in milliseconds a run.</summary>
    public IReadOnlyList<double> Milliseconds => _milliseconds;

    public void WarmUp()
    {
        int runs = 0;
        long start = _clock.GetTimestamp();
        do
        {
            Run();
            runs++;
        }
        while (runs < FewestWarmUps || _clock.GetElapsedTime(start) < _warmUp);
        SecondsPerRun = _clock.GetElapsedTime(start).TotalSeconds / runs;
    }

    /// <summary>Takes one sample: a single run, with caches as they are now. Its threads are awake, as they are in the middle of a network.</summary>
    public void Sample()
    {
        (_session as IThreadedSession)?.WakeThreads();
        long start = _clock.GetTimestamp();
        Run();
        _milliseconds.Add(Math.Max(_clock.GetElapsedTime(start).TotalMilliseconds, 1e-4));
    }

    public void Dispose() => _session.Dispose();

    private void Run() => _session.Run(_images, _batch, _logits);
}

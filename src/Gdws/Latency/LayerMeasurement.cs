using Gdws.Execution;
using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Latency;

/// <summary>Measures one layer in all its forms.</summary>
/// <remarks>
/// All forms take turns; before each run the caches are swept, the less the fewer weights the form has: the rest of the network is taken to be approximated alike.
/// The time of a form is the median over the rounds of its run's time less that of the network without the layer in the same round, so that what slows the
/// machine down for a while falls out.
/// </remarks>
internal sealed class LayerMeasurement
{
    private const int FewestRounds = 9;
    private const int MostRounds = 41;

    private readonly IEngine _engine;
    private readonly LatencyOptions _options;
    private readonly CacheSweep _sweep;
    private readonly TimeProvider _clock;

    public LayerMeasurement(IEngine engine, LatencyOptions options, CacheSweep sweep, TimeProvider clock)
    {
        _engine = engine;
        _options = options;
        _sweep = sweep;
        _clock = clock;
    }

    /// <summary>Measures a layer.</summary>
    /// <param name="shape">The layer.</param>
    /// <param name="fixedBatch">The only batch that its network takes, or null.</param>
    /// <param name="progress">Told the share of the work done so far, 0 to 1.</param>
    /// <param name="cancellation">Looked at between runs.</param>
    public LayerTimes Run(LayerShape shape, int? fixedBatch, Action<double> progress, CancellationToken cancellation)
    {
        LayerNetworks networks = new(shape, fixedBatch, _options.Seed);
        int[] kernels = shape.CanBeGdws ? KernelGrid.Of(shape) : [];
        List<LayerLane> lanes = [];
        try
        {
            Add(networks.WithoutLayer(), 1);
            Add(networks.AsItIs(), 1);
            foreach (int count in kernels)
                Add(networks.WithKernels(count), WeightShare(shape, count));
            TakeTurns(lanes, progress, cancellation);
            return new LayerTimes(
                Difference(lanes[1], lanes[0]),
                [.. kernels.Select((count, i) => Point(count, Difference(lanes[i + 2], lanes[0])))]);
        }
        finally
        {
            lanes.ForEach(lane => lane.Dispose());
        }

        void Add(OnnxModel network, double weightShare)
        {
            cancellation.ThrowIfCancellationRequested();
            LayerLane lane = new(_engine, network, _options, weightShare, _clock);
            lanes.Add(lane);
            lane.WarmUp();
            progress(0.3 * lanes.Count / (kernels.Length + 2));
        }
    }

    private void TakeTurns(List<LayerLane> lanes, Action<double> progress, CancellationToken cancellation)
    {
        long sweepStart = _clock.GetTimestamp();
        _sweep.Run(1);
        double round = (lanes.Count * _clock.GetElapsedTime(sweepStart).TotalSeconds) + lanes.Sum(lane => lane.SecondsPerRun);
        int rounds = (int)Math.Clamp(_options.Duration.TotalSeconds / round, FewestRounds, MostRounds);
        for (int i = 0; i < rounds; i++)
        {
            for (int turn = 0; turn < lanes.Count; turn++)
            {
                cancellation.ThrowIfCancellationRequested();
                LayerLane lane = lanes[(i + turn) % lanes.Count];
                _sweep.Run(lane.WeightShare);
                lane.Sample();
            }

            progress(0.3 + (0.7 * (i + 1) / rounds));
        }
    }

    private static double WeightShare(LayerShape shape, int kernels) =>
        Math.Min(1, (double)kernels * (shape.KernelSize + shape.Outputs) / ((double)shape.Outputs * shape.Inputs * shape.KernelSize));

    private static LatencyPoint Point(int kernels, Quartiles time) => new(kernels, time.Median, time.Low, time.High);

    /// <summary>Never below a ten-thousandth of a millisecond: noise may make a layer that takes nothing look negative.</summary>
    private static Quartiles Difference(LayerLane lane, LayerLane without)
    {
        Quartiles time = Quartiles.Of(lane.Milliseconds.Zip(without.Milliseconds, (own, other) => (own - other) / LayerNetworks.Copies));
        return new Quartiles(AtLeast(time.Low), AtLeast(time.Median), AtLeast(time.High));

        static double AtLeast(double milliseconds) => Math.Round(Math.Max(milliseconds, 1e-4), 6);
    }
}

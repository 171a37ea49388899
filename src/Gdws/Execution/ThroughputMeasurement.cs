namespace Gdws.Execution;

/// <summary>
/// Measures images per second of several networks against each other: every candidate is run until its time a run has settled; then come
/// rounds in each of which every candidate has its turn, so that whatever slows the machine down for a while slows all of them.
/// The figure is the median over the rounds, the spread the middle half of them.
/// </summary>
public sealed class ThroughputMeasurement
{
    private const int FewestRounds = 5;

    // Odd, so that the median is a round that took place; enough for quartiles that don't hang on one outlier.
    private const int MostRounds = 21;

    private readonly ThroughputOptions _options;
    private readonly TimeProvider _clock;

    /// <summary>Creates the measurement.</summary>
    /// <param name="options">How to measure.</param>
    /// <param name="clock">The clock, by default the system's.</param>
    public ThroughputMeasurement(ThroughputOptions options, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Batch, 1, nameof(options.Batch));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1, nameof(options.Threads));
        _options = options;
        _clock = clock ?? TimeProvider.System;
    }

    /// <summary>Measures the candidates.</summary>
    /// <param name="candidates">At least one; the first is the baseline.</param>
    /// <param name="progress">Told the share of the work done so far, 0 to 1.</param>
    /// <param name="cancellation">Looked at between short stretches of runs.</param>
    /// <exception cref="OperationCanceledException">The measurement was cancelled.</exception>
    public ThroughputReport Run(
        IReadOnlyList<ThroughputCandidate> candidates, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentOutOfRangeException.ThrowIfZero(candidates.Count, nameof(candidates));

        List<string> warnings = [.. ThroughputValidators.Check(_options)];
        Lane[] lanes = [.. candidates.Select(c => new Lane(c, _options, _clock))];
        GC.Collect();
        foreach ((int index, Lane lane) in lanes.Index())
        {
            if (!lane.WarmUp(_options.WarmUpLimit, cancellation))
                warnings.Add($"{lane.Name}: the time a run takes hadn't settled after {_options.WarmUpLimit.TotalSeconds:0.#} s of warm-up");
            progress?.Report(0.25 * (index + 1) / lanes.Length);
        }

        double slowest = lanes.Max(l => l.SecondsPerRun);
        int rounds = (int)Math.Clamp(_options.Duration.TotalSeconds / slowest, FewestRounds, MostRounds);
        for (int round = 0; round < rounds; round++)
        {
            for (int turn = 0; turn < lanes.Length; turn++)
            {
                cancellation.ThrowIfCancellationRequested();
                lanes[(round + turn) % lanes.Length].TakeTurn(_options.Duration / rounds);
            }

            progress?.Report(0.25 + (0.75 * (round + 1) / rounds));
        }

        ThroughputResult[] results = [.. lanes.Select(l => l.Result(lanes[0]))];
        warnings.AddRange(lanes.Skip(1).Select(l => l.SpreadWarning(lanes[0])).OfType<string>());
        return new ThroughputReport
        {
            Machine = MachineDescription.Current,
            Batch = _options.Batch,
            Threads = _options.Threads,
            Rounds = rounds,
            Results = results,
            Warnings = warnings,
        };
    }

    /// <summary>One candidate with its images and its samples.</summary>
    private sealed class Lane
    {
        private static readonly TimeSpan WarmUpWindow = TimeSpan.FromMilliseconds(20);

        private readonly ThroughputCandidate _candidate;
        private readonly TimeProvider _clock;
        private readonly int _batch;
        private readonly float[] _images;
        private readonly float[] _logits;
        private readonly List<double> _samples = new(MostRounds);
        private int _runs;

        public Lane(ThroughputCandidate candidate, ThroughputOptions options, TimeProvider clock)
        {
            _candidate = candidate;
            _clock = clock;
            _batch = options.Batch;
            long values = (long)_batch * Math.Max(candidate.Session.ImageLength, candidate.Session.Classes);
            if (values > Array.MaxLength)
                throw new GdwsException($"{candidate.Network}: a batch of {_batch:N0} has {values:N0} values, more than an array can hold; take a smaller one");
            _images = new float[_batch * candidate.Session.ImageLength];
            _logits = new float[_batch * candidate.Session.Classes];
            Random random = new(options.Seed);
            for (int i = 0; i < _images.Length; i++)
                _images[i] = random.NextSingle();
        }

        public string Name => $"{_candidate.Network} ({_candidate.Engine})";

        public double SecondsPerRun { get; private set; }

        /// <summary>Runs until three windows in a row agree within 5 %; false where that didn't come about in time.</summary>
        public bool WarmUp(TimeSpan limit, CancellationToken cancellation)
        {
            const int windows = 3;
            const double agreement = 1.05;
            Queue<double> last = new(windows);
            long start = _clock.GetTimestamp();
            do
            {
                cancellation.ThrowIfCancellationRequested();
                if (last.Count == windows)
                    last.Dequeue();
                last.Enqueue(TimeRuns(WarmUpWindow));
                SecondsPerRun = last.Average();
                if (last.Count == windows && last.Max() <= last.Min() * agreement)
                    return true;
            }
            while (_clock.GetElapsedTime(start) < limit);

            return false;
        }

        /// <summary>Takes one sample of about the given length.</summary>
        public void TakeTurn(TimeSpan length)
        {
            int runs = (int)Math.Clamp(length.TotalSeconds / SecondsPerRun, 1, 1_000_000);

            // Untimed: the caches still hold the network whose turn it was before.
            RunOnce();
            long start = _clock.GetTimestamp();
            for (int i = 0; i < runs; i++)
                RunOnce();
            _samples.Add((double)runs * _batch / Seconds(start));
            _runs += runs;
        }

        public ThroughputResult Result(Lane baseline) => new()
        {
            Network = _candidate.Network,
            Engine = _candidate.Engine,
            Fps = Quantile(_samples, 0.5),
            FpsLow = Quantile(_samples, 0.25),
            FpsHigh = Quantile(_samples, 0.75),
            Runs = _runs,
            RatioToBaseline = Quantile(RatiosTo(baseline), 0.5),
        };

        /// <summary>A sentence where the ratios of the rounds differ by more than their median differs from 1; else null.</summary>
        public string? SpreadWarning(Lane baseline)
        {
            double[] ratios = RatiosTo(baseline);
            double low = Quantile(ratios, 0.25), high = Quantile(ratios, 0.75);
            return high - low > Math.Abs(Quantile(ratios, 0.5) - 1)
                ? $"{Name}: its ratio to the baseline varies between {low:F2} and {high:F2}, which is more than it differs from 1:"
                    + " this doesn't tell which is faster"
                : null;
        }

        /// <summary>Round by round: what slows the machine down for a while slows both, and so leaves their ratio.</summary>
        private double[] RatiosTo(Lane baseline) => [.. _samples.Zip(baseline._samples, (own, other) => own / other)];

        private double TimeRuns(TimeSpan atLeast)
        {
            int runs = 0;
            long start = _clock.GetTimestamp();
            do
            {
                RunOnce();
                runs++;
            }
            while (_clock.GetElapsedTime(start) < atLeast);

            return Seconds(start) / runs;
        }

        private void RunOnce() => _candidate.Session.Run(_images, _batch, _logits);

        /// <summary>Never zero, so that a run too short for the clock doesn't become an infinite throughput.</summary>
        private double Seconds(long start) => Math.Max(_clock.GetElapsedTime(start).TotalSeconds, 1e-7);

        private static double Quantile(IEnumerable<double> samples, double share)
        {
            double[] sorted = [.. samples.Order()];
            double position = share * (sorted.Length - 1);
            int below = (int)position;
            int above = Math.Min(below + 1, sorted.Length - 1);
            return double.Lerp(sorted[below], sorted[above], position - below);
        }
    }
}

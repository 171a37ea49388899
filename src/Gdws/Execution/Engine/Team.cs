namespace Gdws.Execution.Engine;

/// <summary>
/// The threads of a session. Every one of them goes through all jobs, does its part of each, and waits for the others before the next;
/// the caller's thread is worker 0. Between runs the others sleep.
/// </summary>
internal sealed unsafe class Team : IDisposable
{
    // About as long as the shortest jobs take; a worker that waits longer lets other threads have the processor.
    private const int BusySpins = 2_000;

    // Some 50 µs.
    private const int IdleSpins = 1_500;

    // A cache line each.
    private const int CounterBytes = 64;

    private readonly Thread[] _threads;
    private readonly SemaphoreSlim[] _wake;
    private readonly int[] _isAsleep;
    private int _runs;
    private readonly NativeBuffer?[] _scratch;
    private Job[] _jobs = [];
    private JobContext _context;
    private int _arrived;
    private int _phase;
    private volatile bool _stopRequested;
    private bool _stopped;
    private volatile bool _disposed;
    private Exception? _failure;
    private NativeBuffer? _taken;

    public Team(int workers)
    {
        Workers = workers;
        _scratch = new NativeBuffer[workers];
        _isAsleep = new int[workers];
        _wake = [.. Enumerable.Range(1, workers - 1).Select(_ => new SemaphoreSlim(0))];
        _threads =
        [
            .. Enumerable.Range(1, workers - 1).Select(worker => new Thread(() => Serve(worker)) { IsBackground = true, Name = $"gdws {worker}" }),
        ];
        foreach (Thread thread in _threads)
            thread.Start();
    }

    public int Workers { get; }

    /// <summary>Bytes of working memory, of all workers.</summary>
    public long ScratchBytes => _scratch.Sum(buffer => buffer?.Bytes ?? 0);

    /// <summary>Makes sure that every worker has that much working memory.</summary>
    public void RequireScratch(long bytes)
    {
        for (int worker = 0; worker < Workers; worker++)
        {
            if (_scratch[worker] is { } buffer && buffer.Bytes >= bytes)
                continue;
            _scratch[worker]?.Dispose();
            _scratch[worker] = new NativeBuffer(bytes);
        }
    }

    /// <summary>Makes sure that so many jobs can count the parts that were taken.</summary>
    public void RequireCounters(int jobs)
    {
        if (_taken is { } buffer && buffer.Bytes >= (long)jobs * CounterBytes)
            return;
        _taken?.Dispose();
        _taken = new NativeBuffer((long)jobs * CounterBytes);
    }

    /// <summary>Runs all jobs.</summary>
    /// <param name="jobs">The jobs, in order.</param>
    /// <param name="memory">The memory of all maps.</param>
    /// <param name="images">The images.</param>
    /// <param name="logits">Receives the logits.</param>
    /// <param name="cancellation">Looked at between two jobs.</param>
    public void Run(Job[] jobs, float* memory, float* images, float* logits, CancellationToken cancellation)
    {
        _jobs = jobs;
        _taken!.Clear();
        _context = new JobContext { Memory = memory, Images = images, Logits = logits, Scratch = null, Worker = 0, Workers = Workers };
        _stopRequested = false;
        _failure = null;
        Interlocked.Increment(ref _runs);
        WakeSleepers();
        Work(0, cancellation);
        cancellation.ThrowIfCancellationRequested();
        if (_failure is not null)
            throw new InvalidOperationException("a worker failed", _failure);
    }

    public void Dispose()
    {
        _disposed = true;
        Interlocked.Increment(ref _runs);
        WakeSleepers();
        foreach (Thread thread in _threads)
            thread.Join();
        foreach (SemaphoreSlim semaphore in _wake)
            semaphore.Dispose();
        foreach (NativeBuffer? buffer in _scratch)
            buffer?.Dispose();
        _taken?.Dispose();
    }

    private void WakeSleepers()
    {
        for (int worker = 1; worker < Workers; worker++)
        {
            if (Interlocked.Exchange(ref _isAsleep[worker], 0) == 1)
                _wake[worker - 1].Release();
        }
    }

    private void Serve(int worker)
    {
        for (int run = 1; ; run++)
        {
            AwaitRun(worker, run);
            if (_disposed)
                return;
            Work(worker, CancellationToken.None);
        }
    }

    /// <summary>
    /// Waits for the run of a number: awake for a while, as one image often follows the other and waking takes longer than many a layer; then asleep.
    /// </summary>
    private void AwaitRun(int worker, int run)
    {
        for (int spins = 0; spins < IdleSpins; spins++)
        {
            if (Volatile.Read(ref _runs) - run >= 0)
                return;
            Thread.SpinWait(4);
        }

        while (Volatile.Read(ref _runs) - run < 0)
        {
            // Either the caller sees the mark and wakes this worker, or this worker sees the new number.
            Interlocked.Exchange(ref _isAsleep[worker], 1);
            if (Volatile.Read(ref _runs) - run >= 0 && Interlocked.Exchange(ref _isAsleep[worker], 0) == 1)
                return;
            _wake[worker - 1].Wait();
        }
    }

    private void Work(int worker, CancellationToken cancellation)
    {
        JobContext context = new()
        {
            Memory = _context.Memory,
            Images = _context.Images,
            Logits = _context.Logits,
            Scratch = (byte*)_scratch[worker]!.Floats,
            Worker = worker,
            Workers = Workers,
        };
        Job[] jobs = _jobs;
        for (int i = 0; i < jobs.Length; i++)
        {
            context.Taken = (int*)((byte*)_taken!.Floats + ((nint)i * CounterBytes));
            try
            {
                jobs[i].Run(context);
            }
            catch (Exception exception)
            {
                _failure = exception;
                _stopRequested = true;
            }

            if (cancellation.IsCancellationRequested)
                _stopRequested = true;
            if (Meet())
                return;
        }
    }

    /// <summary>
    /// Waits for the others. Whether to stop is decided by the last one to arrive, so that all stop at the same job or none does.
    /// </summary>
    private bool Meet()
    {
        if (Workers == 1)
            return _stopRequested;

        int phase = Volatile.Read(ref _phase);
        if (Interlocked.Increment(ref _arrived) == Workers)
        {
            _arrived = 0;
            _stopped = _stopRequested;
            Volatile.Write(ref _phase, phase + 1);
            return _stopped;
        }

        for (int spins = 0; Volatile.Read(ref _phase) == phase; spins++)
        {
            if (spins < BusySpins)
                Thread.SpinWait(4);
            else
                Thread.Yield();
        }

        return _stopped;
    }
}

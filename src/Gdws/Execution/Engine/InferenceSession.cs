using System.Diagnostics;
using Gdws.Onnx;

namespace Gdws.Execution.Engine;

/// <summary>
/// A network made ready to run in managed code.
/// <code>
/// using InferenceSession session = InferenceSession.Load("resnet.gdws.onnx");
/// float[] logits = new float[session.Classes];
/// session.Run(image, 1, logits);
/// foreach ((int label, float score) in InferenceSession.TopK(logits, 5)) …
/// </code>
/// </summary>
/// <remarks>
/// One session runs one batch at a time. For several threads make one session each with <see cref="NewSession"/>: they share the weights.
/// After the first run of a batch size a run allocates nothing on the managed heap.
/// </remarks>
public sealed unsafe class InferenceSession : IEngineSession, IThreadedSession
{
    private static readonly Job[] NothingToDo = [new IdleJob()];

    // Threads on cores of their own meet within a fraction of this.
    private static readonly TimeSpan PromptMeeting = TimeSpan.FromMicroseconds(2);

    private static readonly TimeSpan LongestWaking = TimeSpan.FromMilliseconds(10);

    private readonly CompiledNetwork _network;
    private readonly Team _team;
    private readonly Dictionary<int, NetworkProgram> _programs = [];
    private readonly Lock _running = new();
    private NativeBuffer? _memory;
    private NetworkProgram? _current;
    private bool _disposed;

    internal InferenceSession(CompiledNetwork network, int threads)
    {
        _network = network;
        _team = new Team(threads);
    }

    /// <inheritdoc/>
    public int ImageLength => _network.Signature.ImageLength;

    /// <inheritdoc/>
    public int Classes => _network.Signature.Classes;

    /// <summary>What the network takes and gives.</summary>
    public NetworkSignature Signature => _network.Signature;

    /// <summary>Threads that a run uses.</summary>
    public int Threads => _team.Workers;

    /// <summary>Bytes that the session's maps and its threads' working memory take so far; the weights, shared by all sessions of a network, come on top.</summary>
    public long MapBytes => (_memory?.Bytes ?? 0) + _team.ScratchBytes;

    /// <summary>Bytes that the packed weights take.</summary>
    public long WeightBytes => _network.ConstantBytes;

    /// <summary>Reads a network and makes it ready.</summary>
    /// <param name="path">The <c>.onnx</c> file.</param>
    /// <param name="threads">Threads that one run may use, e.g. 4; 0 for as many as the machine has.</param>
    /// <exception cref="InvalidFileException">The file is missing, damaged or no ONNX model.</exception>
    /// <exception cref="GdwsException">The engine can't run the network; the message names the node.</exception>
    public static InferenceSession Load(string path, int threads = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        return new GdwsEngine().Load(OnnxModel.Load(path), threads == 0 ? Environment.ProcessorCount : threads);
    }

    /// <summary>The classes with the highest scores, best first; of equal ones the first.</summary>
    /// <param name="logits">One image's scores.</param>
    /// <param name="count">How many, e.g. 5.</param>
    public static IReadOnlyList<(int Label, float Score)> TopK(ReadOnlySpan<float> logits, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        float[] scores = logits.ToArray();
        return [.. Enumerable.Range(0, scores.Length).OrderByDescending(label => scores[label]).Take(count).Select(label => (label, scores[label]))];
    }

    /// <summary>One more session of the same network, for another thread; it shares the weights.</summary>
    /// <param name="threads">Threads that one run may use; 0 for as many as this session has.</param>
    public InferenceSession NewSession(int threads = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new InferenceSession(_network, threads == 0 ? Threads : threads);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The session is running a batch of another thread.</exception>
    public void Run(ReadOnlySpan<float> images, int batch, Span<float> logits) => Run(images, batch, logits, CancellationToken.None);

    /// <summary>Computes the logits of a batch.</summary>
    /// <param name="images"><c>[batch, C, H, W]</c>, values in [0,1].</param>
    /// <param name="batch">The number of images, at least 1.</param>
    /// <param name="logits">Receives <c>[batch, classes]</c>; undefined where the run was cancelled.</param>
    /// <param name="cancellation">Looked at between two layers.</param>
    /// <exception cref="OperationCanceledException">The run was cancelled; the session can be used again.</exception>
    /// <exception cref="InvalidOperationException">The session is running a batch of another thread.</exception>
    public void Run(ReadOnlySpan<float> images, int batch, Span<float> logits, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfNotEqual(images.Length, checked(batch * ImageLength), nameof(images));
        ArgumentOutOfRangeException.ThrowIfNotEqual(logits.Length, checked(batch * Classes), nameof(logits));
        if (!_running.TryEnter())
            throw new InvalidOperationException("the session is running already; make a session for each thread with NewSession");
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            fixed (float* from = images, to = logits)
                RunInPieces(from, batch, to, cancellation);
        }
        finally
        {
            _running.Exit();
        }
    }

    /// <inheritdoc/>
    void IThreadedSession.WakeThreads()
    {
        lock (_running)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _team.RequireScratch(1);
            _team.RequireCounters(NothingToDo.Length);

            // A thread that wakes another one often gets it onto its own core, where they take turns until the system moves one of them.
            long start = Stopwatch.GetTimestamp(), before;
            do
            {
                before = Stopwatch.GetTimestamp();
                _team.Run(NothingToDo, null, null, null, CancellationToken.None);
            }
            while (Stopwatch.GetElapsedTime(before) > PromptMeeting && Stopwatch.GetElapsedTime(start) < LongestWaking);
        }
    }

    /// <summary>Waits for a run in progress, then frees the memory and ends the threads.</summary>
    public void Dispose()
    {
        lock (_running)
        {
            if (_disposed)
                return;
            _disposed = true;
            _team.Dispose();
            _memory?.Dispose();
        }
    }

    private void RunInPieces(float* images, int batch, float* logits, CancellationToken cancellation)
    {
        int size = PieceSize(batch, _network.ImagesAtOnce);
        for (int start = 0; start < batch; start += size)
        {
            cancellation.ThrowIfCancellationRequested();
            NetworkProgram program = Prepare(Math.Min(size, batch - start));
            _team.Run(program.Jobs, _memory!.Floats, images + ((nint)start * ImageLength), logits + ((nint)start * Classes), cancellation);
        }
    }

    /// <summary>Images to run together: pieces of one size where that can be, as another size wants the memory cleared first.</summary>
    private static int PieceSize(int batch, int most)
    {
        for (int size = Math.Min(batch, most); size > most / 2; size--)
        {
            if (batch % size == 0)
                return size;
        }

        return Math.Min(batch, most);
    }

    private NetworkProgram Prepare(int batch)
    {
        if (!_programs.TryGetValue(batch, out NetworkProgram? program))
            _programs[batch] = program = _network.CreateProgram(batch, Threads);
        if (program == _current)
            return program;

        // The borders of maps must be zero, and another batch size has them elsewhere.
        if (_memory is { } memory && memory.Bytes >= program.Floats * sizeof(float))
        {
            memory.Clear();
        }
        else
        {
            _memory?.Dispose();
            _memory = new NativeBuffer(program.Floats * sizeof(float));
        }

        _team.RequireScratch(program.ScratchBytes);
        _team.RequireCounters(program.Jobs.Length);
        _current = program;
        return program;
    }
}

using System.Runtime.ExceptionServices;
using Gdws.Execution.Engine.Kernels;
using Gdws.Execution.Engine.Steps;

namespace Gdws.Execution.Engine;

/// <summary>
/// Packs the constants of all steps, on as many threads as the machine has. No step looks at another one's, so the result is the same.
/// Threads of its own: what the runtime's pool would have to compile first takes as long as packing a network.
/// </summary>
internal sealed class Packing
{
    private const int MostThreads = 8;

    private readonly IReadOnlyList<Step> _steps;
    private readonly Kernel _kernel;
    private int _left;
    private ExceptionDispatchInfo? _failure;

    private Packing(IReadOnlyList<Step> steps, Kernel kernel)
    {
        _steps = steps;
        _kernel = kernel;
        _left = steps.Count;
    }

    public static void Run(IReadOnlyList<Step> steps, Kernel kernel)
    {
        Packing packing = new(steps, kernel);
        Thread[] others = new Thread[Math.Clamp(Environment.ProcessorCount, 1, MostThreads) - 1];
        for (int i = 0; i < others.Length; i++)
        {
            others[i] = new Thread(packing.Work) { IsBackground = true, Name = "gdws packing" };
            others[i].Start();
        }

        packing.Work();
        foreach (Thread other in others)
            other.Join();
        packing._failure?.Throw();
    }

    /// <summary>From the last step on: networks end with their largest layers, and small ones at the end even out who has how much to do.</summary>
    private void Work()
    {
        try
        {
            for (int step = Interlocked.Decrement(ref _left); step >= 0; step = Interlocked.Decrement(ref _left))
                _steps[step].Pack(_kernel);
        }
        catch (Exception exception)
        {
            // What is thrown on a thread of ours would end the process.
            _failure = ExceptionDispatchInfo.Capture(exception);
            Volatile.Write(ref _left, 0);
        }
    }
}

using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Gdws.Torch.Attacks;

/// <summary>
/// Threads on which libtorch computes with one thread each. As many pieces of a batch at once use a processor better than one piece with all threads, which wait for
/// each other after every operation; and what comes out doesn't depend on how many there are.
/// </summary>
internal static class PieceWorkers
{
    private static readonly Lock Gate = new();
    private static readonly BlockingCollection<Action> Waiting = [];
    private static int s_workers;

    [ThreadStatic]
    private static bool t_isWorker;

    /// <summary>Does jobs, begun in their order, and comes back when all are done.</summary>
    /// <param name="jobs">How many there are.</param>
    /// <param name="job">Is given the number of a job, from 0. Whatever scopes it opens must be closed when it ends.</param>
    /// <param name="most">How many jobs are done at once, at least 1.</param>
    /// <exception cref="Exception">What the first job that failed threw; no other is begun then.</exception>
    public static void Run(int jobs, Action<int> job, int most)
    {
        if (t_isWorker)
        {
            for (int i = 0; i < jobs; i++)
                job(i);
            return;
        }

        int runners = Math.Min(most, jobs);
        EnsureWorkers(runners);
        int next = -1;
        ExceptionDispatchInfo? failure = null;
        using CountdownEvent running = new(runners);
        for (int runner = 0; runner < runners; runner++)
        {
            Waiting.Add(() =>
            {
                try
                {
                    for (int i = Interlocked.Increment(ref next); i < jobs && Volatile.Read(ref failure) is null; i = Interlocked.Increment(ref next))
                        job(i);
                }
                catch (Exception exception)
                {
                    _ = Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(exception), null);
                }
                finally
                {
                    _ = running.Signal();
                }
            });
        }

        running.Wait();
        failure?.Throw();
    }

    /// <summary>
    /// libtorch keeps the number of threads for each thread, and one for threads that it hasn't met. Setting the former sets the latter too, so it is put back;
    /// a thread that libtorch meets in between is slower and no less right.
    /// </summary>
    private static void EnsureWorkers(int wanted)
    {
        lock (Gate)
        {
            if (s_workers >= wanted)
                return;
            int threads = TorchRuntime.Threads;
            using CountdownEvent starting = new(wanted - s_workers);
            for (; s_workers < wanted; s_workers++)
            {
                new Thread(() =>
                {
                    torch.set_num_threads(1);
                    t_isWorker = true;
                    _ = starting.Signal();
                    foreach (Action work in Waiting.GetConsumingEnumerable())
                        work();
                })
                {
                    IsBackground = true,
                    Name = $"piece worker {s_workers + 1}",
                }.Start();
            }

            starting.Wait();
            torch.set_num_threads(threads);
        }
    }
}

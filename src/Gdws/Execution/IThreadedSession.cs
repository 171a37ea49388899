namespace Gdws.Execution;

/// <summary>A session whose threads fall asleep between runs that don't follow each other at once.</summary>
internal interface IThreadedSession
{
    /// <summary>Comes back when all threads are awake and meet at once, for a moment, or after a hundredth of a second; touches nothing that a run reads.</summary>
    void WakeThreads();
}

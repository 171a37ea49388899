namespace Gdws.Execution.Engine;

/// <summary>The jobs for a number of images.</summary>
/// <param name="Floats">Memory that the maps need, in floats.</param>
/// <param name="Jobs">The jobs, in order.</param>
internal sealed record NetworkProgram(long Floats, Job[] Jobs)
{
    /// <summary>Bytes of working memory that each worker needs.</summary>
    public long ScratchBytes => Jobs.Max(job => job.ScratchBytes);
}

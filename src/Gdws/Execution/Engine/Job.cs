namespace Gdws.Execution.Engine;

/// <summary>A step made ready for a number of images: knows where everything lies. Allocates nothing when it runs.</summary>
internal abstract class Job
{
    /// <summary>Bytes of working memory that each worker needs.</summary>
    public virtual long ScratchBytes => 0;

    /// <summary>Does one worker's part; all workers together do the whole, and none reads what another one writes.</summary>
    public abstract void Run(in JobContext context);
}

namespace Gdws.Execution.Engine;

/// <summary>Nothing to do but to meet the other workers.</summary>
internal sealed class IdleJob : Job
{
    public override void Run(in JobContext context)
    {
    }
}

using Gdws.Execution.Engine.Kernels;

namespace Gdws.Execution.Engine.Steps;

/// <summary>
/// What the engine does at once, with everything that was fused into it. A step knows values, not memory; once its constants are packed it is
/// shared by all sessions.
/// </summary>
internal abstract class Step
{
    /// <summary>The maps that it reads.</summary>
    public abstract IEnumerable<MapValue> Inputs { get; }

    /// <summary>The maps that it makes.</summary>
    public abstract IEnumerable<MapValue> Outputs { get; }

    /// <summary>Bytes of packed constants.</summary>
    public virtual long ConstantBytes => 0;

    /// <summary>Brings constants into the order in which the kernels read them. Called once, when nothing will be fused any more.</summary>
    public virtual void Pack(Kernel kernel)
    {
    }

    /// <summary>Makes it ready for maps that lie where the layouts say.</summary>
    public abstract Job CreateJob(Kernel kernel, IReadOnlyDictionary<MapValue, MapLayout> layouts, int workers);
}

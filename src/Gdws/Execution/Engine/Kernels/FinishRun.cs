namespace Gdws.Execution.Engine.Kernels;

/// <summary>
/// The end of a fused step for some pixels and one or two vectors of channels:
/// <code>
///   y = what was computed  [clamp, + residual]  ─► clamp ─► main
///                                                    └────► · scale + shift ─► clamp ─► second
/// </code>
/// Every pixel's place is an offset from the pointer to a map's first pixel; the second vector lies <c>…Step</c> floats from the first.
/// </summary>
internal unsafe struct FinishRun
{
    /// <summary>Limits before the residual is added, where there is one.</summary>
    public float BeforeLow;
    public float BeforeHigh;

    /// <summary>What is added, or null.</summary>
    public float* Residual;
    public int* ResidualAt;
    public nint ResidualStep;

    public float AfterLow;
    public float AfterHigh;

    /// <summary>Where the result goes, or null.</summary>
    public float* Main;
    public int* MainAt;
    public nint MainStep;

    /// <summary>Where the rescaled result goes, or null; its scale and shift have a value a channel.</summary>
    public float* Second;
    public int* SecondAt;
    public nint SecondStep;
    public float* Scale;
    public float* Shift;
    public float SecondLow;
    public float SecondHigh;

    /// <summary>Whether there is nothing to do but to clamp and to store once: the case that pays for a path of its own.</summary>
    public readonly bool IsPlain => Residual == null && Second == null && Main != null;
}

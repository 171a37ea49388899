namespace Gdws.Execution.Engine.Steps;

/// <summary>
/// What happens to a fused step's result before it leaves the registers:
/// clamp, add a residual, clamp, store; rescale, clamp, store once more.
/// </summary>
internal sealed class Epilogue
{
    public Clamp Before { get; set; } = Clamp.None;

    public MapValue? Residual { get; set; }

    public Clamp After { get; set; } = Clamp.None;

    /// <summary>The result, or null where nobody wants it as it is.</summary>
    public MapValue? Main { get; set; }

    /// <summary>The rescaled result, or null.</summary>
    public MapValue? Second { get; set; }

    /// <summary>One factor a channel.</summary>
    public double[] Scale { get; set; } = [];

    /// <summary>One summand a channel.</summary>
    public double[] Shift { get; set; } = [];

    public Clamp SecondClamp { get; set; } = Clamp.None;

    /// <summary>Whether the step still gives just what it computes.</summary>
    public bool IsUntouched => Before.IsNone && Residual is null && After.IsNone && Second is null;

    /// <summary>Any of the results: they have the same shape.</summary>
    public MapValue Shape => Main ?? Second ?? throw new InvalidOperationException("the step has no result");

    public IEnumerable<MapValue> Inputs => Residual is null ? [] : [Residual];

    public IEnumerable<MapValue> Outputs
    {
        get
        {
            if (Main is not null)
                yield return Main;
            if (Second is not null)
                yield return Second;
        }
    }
}

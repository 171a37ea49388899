namespace Gdws.Execution.Engine;

/// <summary>Limits of a value: what a ReLU or a <c>Clip</c> is.</summary>
internal readonly record struct Clamp(float Low, float High)
{
    public static Clamp None { get; } = new(float.NegativeInfinity, float.PositiveInfinity);

    public static Clamp Relu { get; } = new(0, float.PositiveInfinity);

    public bool IsNone => this == None;
}

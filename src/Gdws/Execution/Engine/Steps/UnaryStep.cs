namespace Gdws.Execution.Engine.Steps;

/// <summary>A step that makes one map of one map.</summary>
internal abstract class UnaryStep(MapValue input, MapValue output) : Step
{
    public MapValue Input { get; } = input;

    public MapValue Output { get; } = output;

    public override IEnumerable<MapValue> Inputs => [Input];

    public override IEnumerable<MapValue> Outputs => [Output];
}

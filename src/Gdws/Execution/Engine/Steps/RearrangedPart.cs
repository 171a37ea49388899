namespace Gdws.Execution.Engine.Steps;

/// <summary>Where some channels of a rearranged map come from.</summary>
/// <param name="Source">The map.</param>
/// <param name="Channels">For each channel of the part the source's, or −1 for the fill.</param>
internal sealed record RearrangedPart(MapValue Source, int[] Channels)
{
    public int FirstRow { get; init; }

    public int RowStep { get; init; } = 1;

    public int FirstColumn { get; init; }

    public int ColumnStep { get; init; } = 1;
}

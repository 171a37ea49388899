namespace Gdws.Execution.Engine.Steps;

/// <summary>Where a product's factors come from.</summary>
internal sealed record MatrixInput
{
    public required MapLayout Layout { get; init; }

    public required Window Window { get; init; }

    public required Plane[] Planes { get; init; }

    /// <summary>Planes of one stretch of the packed weights.</summary>
    public required int PlanesOfAStretch { get; init; }

    /// <summary>What fills a tile, or null where the input's pixels are multiplied where they lie.</summary>
    public required IPlaneSource? Source { get; init; }
}

namespace Gdws.Checkpoints;

/// <summary>A named tensor as stored in a checkpoint: row-major, contiguous, little-endian.</summary>
/// <param name="Name">The name, e.g. <c>layer1.0.conv1.weight</c>.</param>
/// <param name="Type">The type of the elements.</param>
/// <param name="Shape">The dimensions; empty for a scalar.</param>
/// <param name="Bytes">The elements: <c>product(Shape) * Type.Size()</c> bytes.</param>
public sealed record CheckpointTensor(string Name, ElementType Type, IReadOnlyList<int> Shape, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The number of elements.</summary>
    public long Length => Shape.Aggregate(1L, (product, dimension) => product * dimension);

    /// <summary>The shape as people write it, e.g. <c>[64, 3, 3, 3]</c>.</summary>
    public string ShapeText => $"[{string.Join(", ", Shape)}]";

    /// <summary>The elements in single precision.</summary>
    public float[] ToSingles()
    {
        float[] values = new float[Length];
        Type.ToSingles(Bytes.Span, values);
        return values;
    }
}

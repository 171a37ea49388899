namespace Gdws.Onnx;

/// <summary>The dimensions of a value, e.g. <c>[1, 64, 32, 32]</c>.</summary>
/// <param name="Dimensions">Each at least 0.</param>
public sealed record TensorShape(IReadOnlyList<int> Dimensions)
{
    /// <summary>The number of dimensions.</summary>
    public int Rank => Dimensions.Count;

    /// <summary>The number of elements.</summary>
    public long Length => Dimensions.Aggregate(1L, (product, dimension) => product * dimension);

    /// <summary>The size of one dimension.</summary>
    /// <param name="axis">From 0, or negative to count from the end.</param>
    public int this[int axis] => Dimensions[axis < 0 ? axis + Rank : axis];

    /// <inheritdoc/>
    public bool Equals(TensorShape? other) => other is not null && Dimensions.SequenceEqual(other.Dimensions);

    /// <inheritdoc/>
    public override int GetHashCode() => Dimensions.Aggregate(Rank, HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", Dimensions)}]";
}

namespace Gdws.Torch;

/// <summary>How a network that is trained computes from call to call.</summary>
internal sealed class TrainingMode
{
    /// <summary>Whether batch normalisations compute with the batch's own statistics, and learn from them, or with those that they have learned.</summary>
    public bool Learns { get; set; }

    /// <summary>The type that convolutions and products of matrices are computed in; null for the network's own.</summary>
    public ScalarType? Products { get; set; }

    /// <summary>Computes a product, its factors and its result converted where another type is asked for.</summary>
    /// <param name="mode">The mode; null where the network isn't trained.</param>
    /// <param name="factors">Its inputs, null where one is absent.</param>
    /// <param name="product">The product of the (converted) inputs.</param>
    public static Tensor Multiply(TrainingMode? mode, Tensor?[] factors, Func<Tensor?[], Tensor> product)
    {
        if (mode?.Products is not { } type || factors[0]!.dtype == type)
            return product(factors);

        ScalarType own = factors[0]!.dtype;
        Tensor?[] converted = [.. factors.Select(factor => factor?.to(type))];
        try
        {
            using Tensor result = product(converted);
            return result.to(own);
        }
        finally
        {
            foreach (Tensor? factor in converted)
                factor?.Dispose();
        }
    }
}

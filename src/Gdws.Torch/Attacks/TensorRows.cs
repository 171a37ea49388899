namespace Gdws.Torch.Attacks;

/// <summary>Changes single rows of tensors that a loop holds.</summary>
internal static class TensorRows
{
    /// <summary>Keeps some rows.</summary>
    public static void Narrow(ref Tensor held, Tensor selection)
    {
        Tensor all = held;
        held = all.index_select(0, selection);
        all.Dispose();
    }

    /// <summary>Holds another tensor from now on.</summary>
    public static void Replace(ref Tensor held, Tensor next)
    {
        held.Dispose();
        held = next;
    }

    /// <summary>Copies some rows from another tensor of the same shape.</summary>
    public static void TakeFrom(this Tensor target, Tensor source, Tensor selection)
    {
        using Tensor rows = source.index_select(0, selection);
        _ = target.index_copy_(0, selection, rows);
    }

    /// <summary>The elements at some positions.</summary>
    public static T[] At<T>(this T[] values, int[] positions) => [.. positions.Select(position => values[position])];

    /// <summary>A vector in plain memory, in double precision.</summary>
    public static double[] ToDoubles(this Tensor vector)
    {
        using Tensor detached = vector.detach();
        using Tensor moved = detached.to(ScalarType.Float64, torch.CPU);
        return [.. moved.data<double>()];
    }
}

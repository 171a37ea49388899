using Gdws.Onnx;

namespace Gdws.Torch.Operators;

/// <summary>Other shapes for the same elements.</summary>
internal static class Arrangements
{
    public static TorchOperator Flatten(NodeContext node)
    {
        long axis = node.Node.Integer("axis", 1);
        return inputs =>
        {
            Tensor x = inputs[0]!;
            int split = (int)(axis < 0 ? axis + x.dim() : axis);
            long rows = x.shape[..split].Aggregate(1L, (product, size) => product * size);
            long columns = x.shape[split..].Aggregate(1L, (product, size) => product * size);
            return x.reshape(rows, columns);
        };
    }

    public static TorchOperator Reshape(NodeContext node)
    {
        bool zeroMeansZero = node.Node.Integer("allowzero", 0) != 0;
        long[]? constant = node.TryConstant(1, out Tensor? sizes) ? NodeContext.Integers(sizes) : null;
        return inputs =>
        {
            long[] shape = [.. constant ?? NodeContext.Integers(inputs[1]!)];
            long[] from = inputs[0]!.shape;
            if (!zeroMeansZero)
            {
                for (int i = 0; i < shape.Length && i < from.Length; i++)
                    shape[i] = shape[i] == 0 ? from[i] : shape[i];
            }

            if (constant is not null)
                LetBatchVary(shape, from, node.BakedBatch);
            return inputs[0]!.reshape(shape);
        };
    }

    /// <summary>
    /// Exporters write the batch size of their example into the shapes of <c>Reshape</c>; the same shape is meant for any other batch.
    /// </summary>
    private static void LetBatchVary(long[] shape, long[] from, long bakedBatch)
    {
        if (shape.Length > 0 && from.Length > 0 && shape[0] == bakedBatch && from[0] != bakedBatch)
            shape[0] = from[0];
    }

    public static TorchOperator Squeeze(NodeContext node)
    {
        long[]? axes = node.IntegersOf("axes", 1);
        return inputs =>
        {
            Tensor x = inputs[0]!;
            HashSet<long> removed = axes is not null
                ? [.. axes.Select(axis => axis < 0 ? axis + x.dim() : axis)]
                : [.. Enumerable.Range(0, (int)x.dim()).Where(axis => x.shape[axis] == 1 && !IsBatch(x, axis)).Select(axis => (long)axis)];
            if (removed.FirstOrDefault(axis => axis < 0 || axis >= x.dim() || x.shape[axis] != 1, -1) is >= 0 and long wrong)
                throw node.Error($"axis {wrong} of [{string.Join(", ", x.shape)}] can't be removed");
            return x.reshape([.. x.shape.Where((_, axis) => !removed.Contains(axis))]);
        };
    }

    public static TorchOperator Unsqueeze(NodeContext node)
    {
        long[] axes = node.IntegersOf("axes", 1) ?? throw node.Error("axes are missing");
        return inputs =>
        {
            List<long> shape = [.. inputs[0]!.shape];
            int rank = shape.Count + axes.Length;
            foreach (long axis in axes.Select(axis => axis < 0 ? axis + rank : axis).Order())
                shape.Insert((int)axis, 1);
            return inputs[0]!.reshape([.. shape]);
        };
    }

    public static TorchOperator Transpose(NodeContext node)
    {
        long[]? order = node.Node.Integers("perm");
        return inputs => inputs[0]!.permute(order ?? [.. Enumerable.Range(0, (int)inputs[0]!.dim()).Reverse().Select(axis => (long)axis)]);
    }

    public static TorchOperator Expand(NodeContext node) => inputs =>
    {
        using Tensor shape = torch.ones(NodeContext.Integers(inputs[1]!), inputs[0]!.dtype, inputs[0]!.device);
        return inputs[0]! * shape;
    };

    /// <summary>With one image the batch axis has size 1 too, and must stay.</summary>
    private static bool IsBatch(Tensor x, int axis) => axis == 0 && torch.is_floating_point(x);
}

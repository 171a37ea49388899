using Gdws.Onnx.Schema;

namespace Gdws.Onnx;

/// <summary>Shapes behind arithmetic: broadcasting, reductions, matrix products.</summary>
internal static class ElementwiseRules
{
    public static TensorShape? Broadcast(ShapeContext context, NodeProto node)
    {
        TensorShape? result = null;
        for (int i = 0; i < node.Input.Count; i++)
        {
            if (context.Input(node, i) is not { } shape)
                return null;
            result = result is null ? shape : Together(context, node, result, shape);
        }

        return result;
    }

    public static TensorShape Together(ShapeContext context, NodeProto node, TensorShape a, TensorShape b)
    {
        int rank = Math.Max(a.Rank, b.Rank);
        int[] result = new int[rank];
        for (int i = 1; i <= rank; i++)
        {
            int x = i <= a.Rank ? a[-i] : 1;
            int y = i <= b.Rank ? b[-i] : 1;
            if (x != y && x != 1 && y != 1)
                throw context.Problem(node, $"shapes {a} and {b} don't fit together");
            result[rank - i] = x == 1 ? y : x;
        }

        return new TensorShape(result);
    }

    public static TensorShape? Reduce(ShapeContext context, NodeProto node)
    {
        if (context.Input(node, 0) is not { } input)
            return null;

        // The axes moved from an attribute to an input in opset 13 (sum) and 18 (the others).
        long[]? axes = node.Integers("axes") ?? context.Integers(node, 1);
        if (axes is null && ShapeContext.HasInput(node, 1))
            return null;
        if (axes is null or [] && node.Integer("noop_with_empty_axes", 0) == 1)
            return input;

        HashSet<int> reduced = axes is null or [] ? [.. Enumerable.Range(0, input.Rank)] : RearrangingRules.Axes(context, node, axes, input.Rank);
        bool keep = node.Integer("keepdims", 1) == 1;
        return new TensorShape([.. input.Dimensions.Select((d, i) => reduced.Contains(i) ? 1 : d).Where((_, i) => keep || !reduced.Contains(i))]);
    }

    public static TensorShape? Gemm(ShapeContext context, NodeProto node)
    {
        if (context.Input(node, 0) is not { Rank: 2 } a || context.Input(node, 1) is not { Rank: 2 } b)
            return null;
        bool transposeA = node.Integer("transA", 0) == 1;
        bool transposeB = node.Integer("transB", 0) == 1;
        if (a[transposeA ? 0 : 1] != b[transposeB ? 1 : 0])
            throw context.Problem(node, $"matrices {a} and {b} don't fit together");
        return new TensorShape([a[transposeA ? 1 : 0], b[transposeB ? 0 : 1]]);
    }

    public static TensorShape? MatMul(ShapeContext context, NodeProto node)
    {
        if (context.Input(node, 0) is not { Rank: >= 2 } a || context.Input(node, 1) is not { Rank: >= 2 } b)
            return null;
        if (a[-1] != b[-2])
            throw context.Problem(node, $"matrices {a} and {b} don't fit together");

        TensorShape batch = Together(context, node, Outer(a), Outer(b));
        return new TensorShape([.. batch.Dimensions, a[-2], b[-1]]);

        static TensorShape Outer(TensorShape shape) => new([.. shape.Dimensions.Take(shape.Rank - 2)]);
    }
}

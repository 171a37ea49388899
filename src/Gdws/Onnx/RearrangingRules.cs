using Gdws.Onnx.Schema;

namespace Gdws.Onnx;

/// <summary>Shapes behind operators that move values about without computing new ones.</summary>
internal static class RearrangingRules
{
    public static TensorShape? Constant(ShapeContext context, NodeProto node)
    {
        if (node.Find("value")?.T is { } tensor)
            return new TensorShape(tensor.Shape());
        if (node.Find("value_float") is not null || node.Find("value_int") is not null)
            return new TensorShape([]);
        return node.Integers("value_ints") is { } list ? new TensorShape([list.Length]) : null;
    }

    public static TensorShape? ConstantOfShape(ShapeContext context, NodeProto node) =>
        context.Integers(node, 0) is { } sizes ? new TensorShape([.. sizes.Select(s => checked((int)s))]) : null;

    public static TensorShape? ShapeOf(ShapeContext context, NodeProto node) =>
        context.Input(node, 0) is { } input ? new TensorShape([input.Rank]) : null;

    public static TensorShape? Reshape(ShapeContext context, NodeProto node)
    {
        if (context.Input(node, 0) is not { } input || (context.Integers(node, 1) ?? node.Integers("shape")) is not { } target)
            return null;

        bool zeroCopies = node.Integer("allowzero", 0) == 0;
        int[] result = new int[target.Length];
        int open = -1;
        long known = 1;
        for (int i = 0; i < target.Length; i++)
        {
            if (target[i] == -1 && open < 0)
            {
                open = i;
                continue;
            }

            result[i] = target[i] == 0 && zeroCopies ? input[i] : checked((int)target[i]);
            known = checked(known * result[i]);
        }

        if (open >= 0 && known > 0)
            result[open] = checked((int)(input.Length / known));

        TensorShape shape = new(result);
        if (shape.Length != input.Length || result.Any(d => d < 0))
            throw context.Problem(node, $"can't make a shape [{string.Join(", ", target)}] of {input}");
        return shape;
    }

    public static TensorShape? Flatten(ShapeContext context, NodeProto node)
    {
        if (context.Input(node, 0) is not { } input)
            return null;
        int axis = (int)node.Integer("axis", 1);
        axis = axis < 0 ? axis + input.Rank : axis;
        if (axis < 0 || axis > input.Rank)
            throw context.Problem(node, $"axis {axis} doesn't fit an input of shape {input}");
        return new TensorShape([checked((int)Product(input.Dimensions.Take(axis))), checked((int)Product(input.Dimensions.Skip(axis)))]);
    }

    public static TensorShape? Squeeze(ShapeContext context, NodeProto node)
    {
        if (context.Input(node, 0) is not { } input)
            return null;
        long[]? axes = node.Integers("axes") ?? context.Integers(node, 1);
        if (axes is null && ShapeContext.HasInput(node, 1))
            return null;
        HashSet<int> gone = axes is null
            ? [.. Enumerable.Range(0, input.Rank).Where(i => input[i] == 1)]
            : Axes(context, node, axes, input.Rank);
        return new TensorShape([.. input.Dimensions.Where((_, i) => !gone.Contains(i))]);
    }

    public static TensorShape? Unsqueeze(ShapeContext context, NodeProto node)
    {
        if (context.Input(node, 0) is not { } input || (node.Integers("axes") ?? context.Integers(node, 1)) is not { } axes)
            return null;
        HashSet<int> added = Axes(context, node, axes, input.Rank + axes.Length);
        Queue<int> rest = new(input.Dimensions);
        return new TensorShape([.. Enumerable.Range(0, input.Rank + added.Count).Select(i => added.Contains(i) ? 1 : rest.Dequeue())]);
    }

    public static TensorShape? Transpose(ShapeContext context, NodeProto node)
    {
        if (context.Input(node, 0) is not { } input)
            return null;
        long[] order = node.Integers("perm") ?? [.. Enumerable.Range(0, input.Rank).Reverse().Select(i => (long)i)];
        if (Axes(context, node, order, input.Rank).Count != input.Rank)
            throw context.Problem(node, $"perm [{string.Join(", ", order)}] doesn't fit an input of shape {input}");
        return new TensorShape([.. order.Select(axis => input[(int)axis])]);
    }

    public static TensorShape? Concat(ShapeContext context, NodeProto node)
    {
        TensorShape?[] inputs = [.. Enumerable.Range(0, node.Input.Count).Select(i => context.Input(node, i))];
        if (inputs.Length == 0 || inputs.Any(shape => shape is null))
            return null;
        TensorShape first = inputs[0]!;
        int axis = Axes(context, node, [node.Integer("axis", 1)], first.Rank).Single();
        foreach (TensorShape? other in inputs)
        {
            if (other!.Rank != first.Rank || Enumerable.Range(0, first.Rank).Any(i => i != axis && other[i] != first[i]))
                throw context.Problem(node, $"can't join {first} and {other} along axis {axis}");
        }

        int total = checked((int)inputs.Sum(shape => (long)shape![axis]));
        return new TensorShape([.. first.Dimensions.Select((d, i) => i == axis ? total : d)]);
    }

    public static TensorShape? Gather(ShapeContext context, NodeProto node)
    {
        if (context.Input(node, 0) is not { } input || context.Input(node, 1) is not { } indices)
            return null;
        int axis = Axes(context, node, [node.Integer("axis", 0)], input.Rank).Single();
        return new TensorShape([.. input.Dimensions.Take(axis), .. indices.Dimensions, .. input.Dimensions.Skip(axis + 1)]);
    }

    public static TensorShape? Slice(ShapeContext context, NodeProto node)
    {
        if (context.Input(node, 0) is not { } input || SliceRange.Of(context, node, input.Rank) is not { } ranges)
            return null;
        int[] result = [.. input.Dimensions];
        foreach (SliceRange range in ranges)
            result[range.Axis] = range.Count(input[range.Axis]);
        return new TensorShape(result);
    }

    public static TensorShape? Pad(ShapeContext context, NodeProto node)
    {
        if (context.Input(node, 0) is not { } input || (node.Integers("pads") ?? context.Integers(node, 1)) is not { } pads)
            return null;
        if (ShapeContext.HasInput(node, 3))
            return null;
        if (pads.Length != 2 * input.Rank)
            throw context.Problem(node, $"expected {2 * input.Rank} pads for an input of shape {input}, found {pads.Length}");
        return new TensorShape([.. input.Dimensions.Select((d, i) => checked((int)(d + pads[i] + pads[i + input.Rank])))]);
    }

    public static TensorShape? Expand(ShapeContext context, NodeProto node) =>
        context.Input(node, 0) is { } input && context.Integers(node, 1) is { } target
            ? ElementwiseRules.Together(context, node, input, new TensorShape([.. target.Select(d => checked((int)d))]))
            : null;

    public static IReadOnlyList<TensorShape?> Split(ShapeContext context, NodeProto node)
    {
        if (context.Input(node, 0) is not { } input)
            return [];
        int axis = Axes(context, node, [node.Integer("axis", 0)], input.Rank).Single();
        long[]? sizes = node.Integers("split") ?? context.Integers(node, 1);
        int part = (input[axis] + node.Output.Count - 1) / Math.Max(1, node.Output.Count);
        return
        [
            .. node.Output.Select((_, k) =>
            {
                int size = sizes is not null ? checked((int)sizes[k]) : Math.Min(part, input[axis] - (k * part));
                return new TensorShape([.. input.Dimensions.Select((d, i) => i == axis ? size : d)]);
            }),
        ];
    }

    /// <summary>Axes counted from the front.</summary>
    public static HashSet<int> Axes(ShapeContext context, NodeProto node, long[] axes, int rank)
    {
        HashSet<int> result = [];
        foreach (long axis in axes)
        {
            if (axis < -rank || axis >= rank)
                throw context.Problem(node, $"axis {axis} doesn't fit {rank} dimensions");
            result.Add((int)(axis < 0 ? axis + rank : axis));
        }

        return result;
    }

    private static long Product(IEnumerable<int> dimensions) => dimensions.Aggregate(1L, (product, d) => checked(product * d));
}

using Gdws.Onnx.Schema;

namespace Gdws.Onnx;

/// <summary>Computes the small integer tensors that exporters use to compute shapes inside the graph.</summary>
internal static class IntegerFolding
{
    /// <summary>Remembers the node's result in the context where it can be known.</summary>
    public static void Fold(ShapeContext context, NodeProto node)
    {
        if (Result(context, node) is { } values)
            context.SetIntegers(node.Output[0], values);
    }

    private static long[]? Result(ShapeContext context, NodeProto node)
    {
        switch (node.OpType)
        {
            case "Constant":
                return node.Integers("value_ints") ?? (node.Find("value_int") is { } single ? [single.I] : null);
            case "Shape":
                return context.Input(node, 0) is { } shape ? Part(node, [.. shape.Dimensions.Select(d => (long)d)]) : null;
            case "Identity" or "Cast" or "Unsqueeze" or "Squeeze" or "Reshape":
                return context.Integers(node, 0);
            case "Gather":
                return GatherFrom(context.Integers(node, 0), context.Integers(node, 1));
            case "Concat":
                long[]?[] parts = [.. Enumerable.Range(0, node.Input.Count).Select(i => context.Integers(node, i))];
                return parts.Any(part => part is null) ? null : [.. parts.SelectMany(part => part!)];
            case "Slice" when context.Integers(node, 0) is { } list && SliceRange.Of(context, node, 1) is [var range]:
                (long first, _) = range.Clamp(list.Length);
                return [.. Enumerable.Range(0, range.Count(list.Length)).Select(i => list[first + (i * range.Step)])];
            case "Add" or "Sub" or "Mul" or "Div":
                return Arithmetic(node.OpType, context.Integers(node, 0), context.Integers(node, 1));
            default:
                return null;
        }
    }

    private static long[] Part(NodeProto node, long[] dimensions)
    {
        int start = (int)Math.Clamp(FromFront(node.Integer("start", 0)), 0, dimensions.Length);
        int end = (int)Math.Clamp(FromFront(node.Integer("end", dimensions.Length)), start, dimensions.Length);
        return dimensions[start..end];

        long FromFront(long axis) => axis < 0 ? axis + dimensions.Length : axis;
    }

    private static long[]? GatherFrom(long[]? list, long[]? indices)
    {
        if (list is null || indices is null || indices.Any(i => i < -list.Length || i >= list.Length))
            return null;
        return [.. indices.Select(i => list[i < 0 ? i + list.Length : i])];
    }

    private static long[]? Arithmetic(string operation, long[]? a, long[]? b)
    {
        if (a is null || b is null || (a.Length != b.Length && a.Length != 1 && b.Length != 1) || (operation == "Div" && b.Contains(0)))
            return null;
        return
        [
            .. Enumerable.Range(0, Math.Max(a.Length, b.Length)).Select(i =>
            {
                long x = a[a.Length == 1 ? 0 : i];
                long y = b[b.Length == 1 ? 0 : i];
                return operation switch { "Add" => x + y, "Sub" => x - y, "Mul" => x * y, _ => x / y };
            }),
        ];
    }
}

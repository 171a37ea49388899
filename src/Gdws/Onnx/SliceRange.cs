using Gdws.Onnx.Schema;

namespace Gdws.Onnx;

/// <summary>What a <c>Slice</c> takes along one axis.</summary>
internal readonly record struct SliceRange(int Axis, long Start, long End, long Step)
{
    /// <summary>The ranges of a node (attributes before opset 10, inputs since), or null where they aren't constant.</summary>
    public static IReadOnlyList<SliceRange>? Of(ShapeContext context, NodeProto node, int rank)
    {
        long[]? starts = node.Integers("starts") ?? context.Integers(node, 1);
        long[]? ends = node.Integers("ends") ?? context.Integers(node, 2);
        if (starts is null || ends is null)
            return null;
        if ((ShapeContext.HasInput(node, 3) && context.Integers(node, 3) is null) || (ShapeContext.HasInput(node, 4) && context.Integers(node, 4) is null))
            return null;

        long[] axes = node.Integers("axes") ?? context.Integers(node, 3) ?? [.. Enumerable.Range(0, starts.Length).Select(i => (long)i)];
        long[] steps = context.Integers(node, 4) ?? [.. Enumerable.Repeat(1L, starts.Length)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || steps.Length != starts.Length || steps.Contains(0))
            throw context.Problem(node, "its starts, ends, axes and steps don't fit together");
        return
        [
            .. axes.Select((axis, i) => new SliceRange(RearrangingRules.Axes(context, node, [axis], rank).Single(), starts[i], ends[i], steps[i])),
        ];
    }

    /// <summary>The positions taken of <paramref name="size"/>, first and step; clamped as the standard says.</summary>
    public (long First, long Past) Clamp(int size)
    {
        long low = Step > 0 ? 0 : -1;
        long high = Step > 0 ? size : size - 1;
        long first = Math.Clamp(Start < 0 ? Start + size : Start, Math.Max(0, low), high);
        long past = Math.Clamp(End < 0 ? Math.Max(End, -size - 1) + size : End, low, high);
        return (first, past);
    }

    /// <summary>How many of <paramref name="size"/> positions are taken.</summary>
    public int Count(int size)
    {
        (long first, long past) = Clamp(size);
        long span = Step > 0 ? past - first : first - past;
        long step = Math.Abs(Step);
        return span <= 0 ? 0 : (int)((span + step - 1) / step);
    }
}

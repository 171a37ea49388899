using Gdws.Execution.Engine.Steps;
using Gdws.Onnx;
using Gdws.Onnx.Schema;

namespace Gdws.Execution.Engine.Compiling;

/// <summary>Operators that move values about.</summary>
internal static class RearrangingLowering
{
    public static void Concat(NetworkLowering lowering, NodeProto node)
    {
        RequireChannelAxis(lowering, node, node.Integer("axis", 1));
        RearrangedPart[] parts = [.. Enumerable.Range(0, node.Input.Count).Select(i => AllOf(lowering.Input(node, i)))];
        lowering.Steps.Add(new RearrangeStep(parts, 0, lowering.NewOutput(node)));
    }

    public static void Slice(NetworkLowering lowering, NodeProto node)
    {
        MapValue input = lowering.Input(node, 0);
        int rank = lowering.Model.Shapes[node.Input[0]].Rank;
        IReadOnlyList<SliceRange> ranges = SliceRange.Of(lowering.Constants, node, rank)
            ?? throw lowering.Unsupported(node, "its range isn't constant");
        RearrangedPart part = AllOf(input);
        foreach (SliceRange range in ranges)
        {
            int size = range.Axis switch { 1 => input.Channels, 2 => input.Height, 3 => input.Width, _ => int.MaxValue };
            (long first, _) = range.Clamp(size);
            int step = checked((int)range.Step);
            part = range.Axis switch
            {
                1 => part with { Channels = [.. Enumerable.Range(0, range.Count(size)).Select(i => (int)first + (i * step))] },
                2 => part with { FirstRow = (int)first, RowStep = step },
                3 => part with { FirstColumn = (int)first, ColumnStep = step },
                _ => throw lowering.Unsupported(node, "it takes a part of the batch"),
            };
        }

        lowering.Steps.Add(new RearrangeStep([part], 0, lowering.NewOutput(node)));
    }

    public static void Pad(NetworkLowering lowering, NodeProto node)
    {
        MapValue input = lowering.Input(node, 0);
        if (node.Text("mode", "constant") != "constant")
            throw lowering.Unsupported(node, $"its mode {node.Text("mode", "")} isn't constant");
        int rank = lowering.Model.Shapes[node.Input[0]].Rank;
        long[] pads = node.Integers("pads") ?? lowering.Constants.Integers(node, 1) ?? throw lowering.Unsupported(node, "its padding isn't constant");
        if (pads.Length != 2 * rank || pads[0] != 0 || pads[rank] != 0)
            throw lowering.Unsupported(node, $"its pads [{string.Join(", ", pads)}] aren't those of a map");

        float fill = node.Input.Count > 2 && node.Input[2].Length > 0 ? lowering.RequiredConstant(node, 2)[0] : node.Real("value", 0);
        MapValue output = lowering.NewOutput(node);
        int before = checked((int)pads[1]);
        int[] channels = new int[output.Channels];
        for (int c = 0; c < channels.Length; c++)
            channels[c] = c >= before && c - before < input.Channels ? c - before : -1;
        RearrangedPart part = new(input, channels)
        {
            FirstRow = rank == 4 ? checked(-(int)pads[2]) : 0,
            FirstColumn = rank == 4 ? checked(-(int)pads[3]) : 0,
        };
        lowering.Steps.Add(new RearrangeStep([part], fill, output));
    }

    public static void Gather(NetworkLowering lowering, NodeProto node)
    {
        MapValue input = lowering.Input(node, 0);
        RequireChannelAxis(lowering, node, node.Integer("axis", 0));
        if (lowering.Model.Constant(node.Input[1]) is not { Dims.Count: 1 } indices)
            throw lowering.Unsupported(node, "its indices are no constant list");
        int[] channels = [.. indices.ToIntegers().Select(i => (int)(i < 0 ? i + input.Channels : i))];
        if (channels.Any(c => c < 0 || c >= input.Channels))
            throw lowering.Unsupported(node, $"it asks for channels that its input of {input.Channels} doesn't have");
        lowering.Steps.Add(new RearrangeStep([new RearrangedPart(input, channels)], 0, lowering.NewOutput(node)));
    }

    public static void Split(NetworkLowering lowering, NodeProto node)
    {
        MapValue input = lowering.Input(node, 0);
        RequireChannelAxis(lowering, node, node.Integer("axis", 0));
        int first = 0;
        for (int i = 0; i < node.Output.Count; i++)
        {
            MapValue output = lowering.NewOutput(node, i);
            RearrangedPart part = new(input, [.. Enumerable.Range(first, output.Channels)]);
            lowering.Steps.Add(new RearrangeStep([part], 0, output));
            first += output.Channels;
        }

        if (first != input.Channels)
            throw lowering.Unsupported(node, $"its parts have {first} channels, its input {input.Channels}");
    }

    /// <summary>From a map to a list of features; the other way round doesn't occur in classifiers.</summary>
    public static void Flatten(NetworkLowering lowering, NodeProto node)
    {
        MapValue input = lowering.Input(node, 0);
        MapValue output = lowering.NewOutput(node);
        if (output.Height * output.Width != 1 || output.Channels != (long)input.Channels * input.Height * input.Width)
        {
            throw lowering.Unsupported(
                node, $"it makes {output.Channels}×{output.Height}×{output.Width} of {input.Channels}×{input.Height}×{input.Width}");
        }

        lowering.Steps.Add(new FlattenStep(input, output));
    }

    private static RearrangedPart AllOf(MapValue map) => new(map, [.. Enumerable.Range(0, map.Channels)]);

    private static void RequireChannelAxis(NetworkLowering lowering, NodeProto node, long axis)
    {
        int rank = lowering.Model.Shapes.TryGetValue(node.Input[0], out TensorShape? shape) ? shape.Rank : 4;
        if ((axis < 0 ? axis + rank : axis) != 1)
            throw lowering.Unsupported(node, $"its axis {axis} isn't that of the channels");
    }
}

using Gdws.Execution.Engine.Steps;
using Gdws.Onnx;
using Gdws.Onnx.Schema;

namespace Gdws.Execution.Engine.Compiling;

/// <summary>Pooling.</summary>
internal static class PoolLowering
{
    public static void Pool(NetworkLowering lowering, NodeProto node, bool isMax)
    {
        MapValue input = lowering.Input(node, 0);
        MapValue output = lowering.NewOutput(node);
        long[] kernel = node.Integers("kernel_shape") ?? [];
        if (kernel.Length != 2)
            throw lowering.Unsupported(node, "it pools two-dimensional windows only");
        if (node.Output.Count > 1 && node.Output[1].Length > 0)
            throw lowering.Unsupported(node, "it is asked for the places of the largest values");

        long[] strides = node.Integers("strides") ?? [1, 1], dilations = node.Integers("dilations") ?? [1, 1];
        SpatialWindow spatial = new(lowering.Model.Source, node, [(int)kernel[0], (int)kernel[1]], strides, dilations);
        long[] pads = spatial.Pads([input.Height, input.Width]);
        Window window = new(
            (int)kernel[0],
            (int)kernel[1],
            ((int)strides[0], (int)strides[1]),
            ((int)dilations[0], (int)dilations[1]),
            ((int)pads[0], (int)pads[1], (int)pads[2], (int)pads[3]));
        lowering.Steps.Add(new PoolStep(input, output, isMax, node.Integer("count_include_pad", 0) != 0, window));
    }

    public static void WholeMap(NetworkLowering lowering, NodeProto node, bool isMax)
    {
        MapValue input = lowering.Input(node, 0);
        Window window = Window.Point with { KernelHeight = input.Height, KernelWidth = input.Width };
        lowering.Steps.Add(new PoolStep(input, lowering.NewOutput(node), isMax, countsPadding: false, window));
    }

    /// <summary>The mean over rows and columns, as some exporters write a global pooling.</summary>
    public static void ReduceMean(NetworkLowering lowering, NodeProto node)
    {
        int rank = lowering.Model.Shapes[node.Input[0]].Rank;
        long[] axes = node.Integers("axes") ?? lowering.Constants.Integers(node, 1) ?? [];
        if (rank != 4 || !axes.Select(axis => axis < 0 ? axis + rank : axis).Order().SequenceEqual([2, 3]))
            throw lowering.Unsupported(node, $"it takes means over the axes [{string.Join(", ", axes)}], expected rows and columns");
        WholeMap(lowering, node, isMax: false);
    }
}

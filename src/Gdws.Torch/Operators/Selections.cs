using Gdws.Onnx;

namespace Gdws.Torch.Operators;

/// <summary>Parts of a tensor, and tensors made of parts.</summary>
internal static class Selections
{
    /// <summary>Takes elements along an axis; over the channel axis this is the channel map of a GDWS convolution.</summary>
    public static TorchOperator Gather(NodeContext node)
    {
        long axis = node.Node.Integer("axis", 0);
        long[] indices = node.ConstantIntegers(1, "the indices")!;
        long[] shape = node.Constant(1)!.shape;
        long least = indices.Length > 0 ? indices.Min() : 0;
        long most = indices.Length > 0 ? indices.Max() : 0;
        Tensor onCpu = node.Keep(torch.tensor(indices, ScalarType.Int64));
        Tensor onDevice = node.Keep(onCpu.to(node.Device, copy: true));

        return inputs =>
        {
            Tensor x = inputs[0]!;
            int along = (int)(axis < 0 ? axis + x.dim() : axis);
            long size = x.shape[along];
            if (least < -size || most >= size)
                throw node.Error($"the index {(most >= size ? most : least)} is outside an axis of size {size}");

            Tensor index = torch.is_integral(x) ? onCpu : onDevice;
            using Tensor? wrapped = least < 0 ? index.remainder(size) : null;
            Tensor taken = x.index_select(along, wrapped ?? index);
            if (shape.Length == 1)
                return taken;

            using (taken)
                return taken.reshape([.. x.shape[..along], .. shape, .. x.shape[(along + 1)..]]);
        };
    }

    public static TorchOperator Slice(NodeContext node)
    {
        long[] starts = node.IntegersOf("starts", 1) ?? throw node.Error("starts are missing");
        long[] ends = node.IntegersOf("ends", 2) ?? throw node.Error("ends are missing");
        long[] axes = node.IntegersOf("axes", 3) ?? [.. Enumerable.Range(0, starts.Length).Select(axis => (long)axis)];
        long[] steps = node.ConstantIntegers(4, "the steps") ?? [.. Enumerable.Repeat(1L, starts.Length)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || steps.Length != starts.Length)
            throw node.Error("starts, ends, axes and steps must be as many");
        if (steps.Any(step => step < 1))
            throw node.Error("backward steps aren't supported");

        return inputs =>
        {
            Tensor x = inputs[0]!.alias();
            for (int i = 0; i < starts.Length; i++)
            {
                using Tensor whole = x;
                x = whole.slice(axes[i], starts[i], ends[i], steps[i]);
            }

            return x;
        };
    }

    public static TorchOperator Split(NodeContext node)
    {
        long axis = node.Node.Integer("axis", 0);
        long[]? sizes = node.IntegersOf("split", 1);
        int parts = sizes?.Length ?? (int)node.Node.Integer("num_outputs", node.Node.Output.Count);
        int part = node.OutputIndex;
        if (part >= parts)
            throw node.Error($"has {node.Node.Output.Count} outputs for {parts} parts");

        return inputs =>
        {
            Tensor x = inputs[0]!;
            long size = x.shape[axis < 0 ? axis + x.dim() : axis];
            long even = (size + parts - 1) / parts;
            long start = sizes?.Take(part).Sum() ?? part * even;
            return x.narrow(axis, start, sizes?[part] ?? Math.Min(even, size - start));
        };
    }

    public static TorchOperator Concatenate(NodeContext node)
    {
        long axis = node.Node.Find("axis")?.I ?? throw node.Error("axis is missing");
        return inputs => torch.cat([.. inputs.Select(x => x!)], axis);
    }

    public static TorchOperator Pad(NodeContext node)
    {
        long[] pads = node.IntegersOf("pads", 1) ?? throw node.Error("pads are missing");
        double value = node.Node.Find("value")?.F ?? node.ConstantReal(2, "the value") ?? 0;
        long[]? axes = node.ConstantIntegers(3, "the axes");
        string modeName = node.Node.Text("mode", "constant");
        PaddingModes mode = modeName switch
        {
            "constant" => PaddingModes.Constant,
            "reflect" => PaddingModes.Reflect,
            "edge" => PaddingModes.Replicate,
            _ => throw node.Error($"the mode {modeName} isn't supported"),
        };
        if (pads.Length % 2 != 0 || (axes is not null && axes.Length != pads.Length / 2))
            throw node.Error("expected two pads an axis");

        return inputs =>
        {
            int rank = (int)inputs[0]!.dim();
            if (axes is null && pads.Length != 2 * rank)
                throw node.Error($"expected {2 * rank} pads, found {pads.Length}");

            // ONNX lists all beginnings, then all ends, from the first axis on; libtorch pairs from the last axis back.
            long[] pairs = new long[2 * rank];
            int count = pads.Length / 2;
            for (int i = 0; i < count; i++)
            {
                long axis = axes is null ? i : axes[i] < 0 ? axes[i] + rank : axes[i];
                pairs[2 * (rank - 1 - axis)] = pads[i];
                pairs[(2 * (rank - 1 - axis)) + 1] = pads[i + count];
            }

            int used = Array.FindLastIndex(pairs, pad => pad != 0) + 1;
            if (used == 0)
                return inputs[0]!.alias();

            // Reflecting takes pads for all axes but batch and channels, no more and no fewer.
            int given = mode == PaddingModes.Constant ? used + (used % 2) : Math.Max(used + (used % 2), 2 * (rank - 2));
            return torch.nn.functional.pad(inputs[0]!, pairs[..given], mode, value);
        };
    }
}

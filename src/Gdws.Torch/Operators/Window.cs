using Gdws.Onnx;

namespace Gdws.Torch.Operators;

/// <summary>The window that a convolution or a pooling slides over an image: its size, steps and what lies around the image.</summary>
internal sealed record Window(long[] Kernel, long[] Strides, long[] Dilations, long[] Pads, string AutoPad)
{
    public static Window Of(NodeContext node, long[] kernel)
    {
        long[] strides = node.Node.Integers("strides") ?? [1, 1];
        long[] dilations = node.Node.Integers("dilations") ?? [1, 1];
        long[] pads = node.Node.Integers("pads") ?? [0, 0, 0, 0];
        string autoPad = node.Node.Text("auto_pad", "NOTSET");
        if (kernel.Length != 2 || strides.Length != 2 || dilations.Length != 2 || pads.Length != 4)
            throw node.Error($"only windows over rows and columns are supported: expected 2 sizes and 4 pads, found {kernel.Length} and {pads.Length}");
        if (kernel.Concat(strides).Concat(dilations).Any(v => v < 1) || pads.Any(p => p < 0))
            throw node.Error("kernel, strides and dilations must be at least 1, pads at least 0");
        if (autoPad is not ("NOTSET" or "VALID" or "SAME_UPPER" or "SAME_LOWER"))
            throw node.Error($"unknown auto_pad {autoPad}");
        return new(kernel, strides, dilations, autoPad == "NOTSET" ? pads : [0, 0, 0, 0], autoPad);
    }

    public Padding PaddingFor(Tensor x)
    {
        if (AutoPad is "NOTSET" or "VALID")
            return new(Pads[0], Pads[1], Pads[2], Pads[3]);

        // As many outputs as the stride leaves of the input, rounded up; an odd row or column goes where the name says.
        long vertical = Missing(x.shape[2], 0);
        long horizontal = Missing(x.shape[3], 1);
        long top = AutoPad == "SAME_UPPER" ? vertical / 2 : vertical - (vertical / 2);
        long left = AutoPad == "SAME_UPPER" ? horizontal / 2 : horizontal - (horizontal / 2);
        return new(top, left, vertical - top, horizontal - left);
    }

    private long Missing(long size, int axis)
    {
        long outputs = (size + Strides[axis] - 1) / Strides[axis];
        return Math.Max(0, ((outputs - 1) * Strides[axis]) + (Dilations[axis] * (Kernel[axis] - 1)) + 1 - size);
    }
}

using Gdws.Onnx.Schema;

namespace Gdws.Onnx;

/// <summary>A window that slides over a map: the kernel of a convolution or of a pooling layer, in any number of dimensions.</summary>
internal sealed class SpatialWindow(string source, NodeProto node, IReadOnlyList<int> kernel, long[] strides, long[] dilations)
{
    /// <summary>The padding: first before the map in every dimension, then after it.</summary>
    /// <param name="input">The size of the map, or null where unknown (only explicit padding is known then).</param>
    public long[] Pads(IReadOnlyList<int>? input)
    {
        int rank = kernel.Count;
        string mode = node.Text("auto_pad", "NOTSET");
        if (mode is "NOTSET" or "")
        {
            long[] pads = node.Integers("pads") ?? new long[2 * rank];
            if (pads.Length != 2 * rank || pads.Any(p => p is < 0 or > int.MaxValue / 4))
                throw new InvalidFileException(source, $"{node.Describe()}: expected {2 * rank} pads of at least 0, found [{string.Join(", ", pads)}]");
            return pads;
        }

        long[] result = new long[2 * rank];
        if (mode == "VALID" || input is null)
            return result;
        if (mode is not ("SAME_UPPER" or "SAME_LOWER"))
            throw new InvalidFileException(source, $"{node.Describe()}: unknown auto_pad {mode}");
        for (int i = 0; i < rank; i++)
        {
            long output = (input[i] + strides[i] - 1) / strides[i];
            long total = Math.Max(0, ((output - 1) * strides[i]) + Extent(i) - input[i]);
            result[i] = mode == "SAME_UPPER" ? total / 2 : total - (total / 2);
            result[i + rank] = total - result[i];
        }

        return result;
    }

    /// <summary>The size of the output map.</summary>
    /// <param name="input">The size of the map.</param>
    /// <param name="roundUp">Whether a window that reaches beyond the end counts (pooling with <c>ceil_mode</c>).</param>
    public int[] Output(IReadOnlyList<int> input, bool roundUp = false)
    {
        int rank = kernel.Count;
        if (input.Count != rank)
            throw new InvalidFileException(source, $"{node.Describe()}: expected a map of {rank} dimensions, found {input.Count}");

        long[] pads = Pads(input);
        int[] output = new int[rank];
        for (int i = 0; i < rank; i++)
        {
            long padded = input[i] + pads[i] + pads[i + rank];
            long room = padded - Extent(i);
            if (room < 0)
            {
                throw new InvalidFileException(
                    source, $"{node.Describe()}: a window of {Extent(i)} doesn't fit a map of {input[i]} with padding {pads[i]} + {pads[i + rank]}");
            }

            long steps = roundUp ? (room + strides[i] - 1) / strides[i] : room / strides[i];

            // A window that would start in the padding after the map is dropped, as every runtime does.
            if (roundUp && steps * strides[i] >= input[i] + pads[i])
                steps--;
            output[i] = checked((int)steps + 1);
        }

        return output;
    }

    private long Extent(int dimension) => (dilations[dimension] * (kernel[dimension] - 1)) + 1;
}

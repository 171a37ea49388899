using Gdws.Onnx;
using Gdws.Torch.Attacks;

namespace Gdws.Torch.Calibration;

/// <summary>Where a convolution's patches lie in its input.</summary>
/// <remarks>
/// <code>
///   input [N, C, H, W] ──zeros around──► flattened map [N, C, H'·W'] ──index (tap, position)──► patches [N·P, C·K²]
/// </code>
/// Taps and positions are looked up in one index, so stride, dilation and uneven padding cost nothing more and only the positions wanted are ever copied.
/// </remarks>
internal sealed class LayerGeometry(ConvolutionLayer layer)
{
    /// <summary>All positions of the output map.</summary>
    public int Positions { get; } = layer.OutputSize.Height * layer.OutputSize.Width;

    private long PaddedWidth => layer.InputSize.Width + layer.Padding.Left + layer.Padding.Right;

    /// <summary>Draws positions, ascending and without repetition.</summary>
    /// <param name="seed">Decides them, with the next two.</param>
    /// <param name="stream">A number of the layer.</param>
    /// <param name="batch">A number of the batch.</param>
    /// <param name="most">How many at most.</param>
    public long[] Draw(int seed, int stream, int batch, int most)
    {
        long[] all = [.. Enumerable.Range(0, Positions)];
        if (all.Length <= most)
            return all;
        ImageRandom random = new(seed, stream, batch);
        for (int i = 0; i < most; i++)
        {
            int j = i + (int)(random.Uniform() * (all.Length - i));
            (all[i], all[j]) = (all[j], all[i]);
        }

        Array.Sort(all, 0, most);
        return all[..most];
    }

    /// <summary>The patches at some positions.</summary>
    /// <param name="input"><c>[N, C, H, W]</c>.</param>
    /// <param name="positions"><c>[P]</c>.</param>
    /// <returns><c>[N·P, C·K²]</c>.</returns>
    public Tensor Patches(Tensor input, long[] positions)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor index = torch.tensor(Index(positions), ScalarType.Int64, input.device);
        Tensor taps = Padded(input).flatten(2).index_select(2, index);
        long images = input.shape[0], kernel = layer.KernelHeight * layer.KernelWidth;
        return taps.reshape(images, layer.Inputs, kernel, positions.Length).permute(0, 3, 1, 2)
            .reshape(images * positions.Length, layer.Inputs * kernel).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>The values of a map of the output's size at some positions.</summary>
    /// <param name="map"><c>[N, channels, H, W]</c>.</param>
    /// <param name="positions"><c>[P]</c>.</param>
    /// <returns><c>[N·P, channels]</c>.</returns>
    public static Tensor At(Tensor map, long[] positions)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor index = torch.tensor(positions, ScalarType.Int64, map.device);
        return map.flatten(2).index_select(2, index).permute(0, 2, 1).reshape(-1, map.shape[1]).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>The mean over all positions of the patches of an image.</summary>
    /// <param name="input"><c>[N, C, H, W]</c>.</param>
    /// <returns><c>[N, C·K²]</c>.</returns>
    public Tensor MeanPatches(Tensor input)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor padded = Padded(input);
        List<Tensor> taps = [];
        for (int y = 0; y < layer.KernelHeight; y++)
        {
            Tensor rows = Read(padded, 2, y * layer.Dilation.Height, layer.OutputSize.Height, layer.Stride.Height);
            for (int x = 0; x < layer.KernelWidth; x++)
                taps.Add(Read(rows, 3, x * layer.Dilation.Width, layer.OutputSize.Width, layer.Stride.Width).mean([2, 3]));
        }

        return torch.stack(taps, 2).flatten(1).MoveToOuterDisposeScope();

        static Tensor Read(Tensor map, int dimension, int first, int count, int step) => map.slice(dimension, first, first + ((count - 1) * step) + 1, step);
    }

    /// <summary>Convolves as the layer does.</summary>
    /// <param name="input"><c>[N, C, H, W]</c>.</param>
    /// <param name="weight"><c>[M, C, K_h, K_w]</c>.</param>
    /// <param name="bias"><c>[M]</c>.</param>
    public Tensor Convolve(Tensor input, Tensor weight, Tensor bias)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return torch.nn.functional.conv2d(
            Padded(input), weight, bias, [layer.Stride.Height, layer.Stride.Width], [0, 0], [layer.Dilation.Height, layer.Dilation.Width])
            .MoveToOuterDisposeScope();
    }

    private Tensor Padded(Tensor input) =>
        torch.nn.functional.pad(input, [layer.Padding.Left, layer.Padding.Right, layer.Padding.Top, layer.Padding.Bottom]);

    private long[] Index(long[] positions)
    {
        long[] index = new long[layer.KernelHeight * layer.KernelWidth * positions.Length];
        int place = 0;
        for (int y = 0; y < layer.KernelHeight; y++)
        {
            for (int x = 0; x < layer.KernelWidth; x++)
            {
                foreach (long position in positions)
                {
                    (long row, long column) = Math.DivRem(position, layer.OutputSize.Width);
                    index[place++] = (((row * layer.Stride.Height) + (y * layer.Dilation.Height)) * PaddedWidth)
                        + (column * layer.Stride.Width) + (x * layer.Dilation.Width);
                }
            }
        }

        return index;
    }
}

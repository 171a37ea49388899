using Gdws.Decomposition;

namespace Gdws.Torch.Calibration;

/// <summary>Depthwise kernels of one layer: D, of which row g is zero but for the K² elements of channel <c>Map[g]</c>.</summary>
/// <param name="Map"><c>[G]</c>, non-decreasing.</param>
/// <param name="Kernels"><c>[G, K²]</c>, double precision.</param>
internal sealed record KernelSet(int[] Map, Tensor Kernels) : IDisposable
{
    public int Count => Map.Length;

    /// <summary>The kernels that a selection keeps.</summary>
    public static KernelSet Of(Selection selection, torch.Device device)
    {
        LayerSpectrum spectrum = selection.Spectrum;
        int[] map = new int[selection.Kernels];
        double[] kernels = new double[map.Length * spectrum.KernelSize];
        int g = 0;
        for (int c = 0; c < spectrum.Inputs; c++)
        {
            for (int i = 0; i < selection.KernelsPerChannel[c]; i++, g++)
            {
                map[g] = c;
                spectrum.Kernel(c, i).CopyTo(kernels.AsSpan(g * spectrum.KernelSize));
            }
        }

        using Tensor flat = torch.tensor(kernels, ScalarType.Float64, device);
        return new KernelSet(map, flat.reshape(map.Length, spectrum.KernelSize));
    }

    /// <summary>Some of the kernels.</summary>
    /// <param name="rows">Which, ascending.</param>
    public KernelSet Keep(int[] rows)
    {
        using Tensor index = torch.tensor(rows, ScalarType.Int64, Kernels.device);
        return new KernelSet([.. rows.Select(row => Map[row])], Kernels.index_select(0, index));
    }

    /// <summary>g_c, <c>[C]</c>.</summary>
    public int[] PerChannel(int inputs)
    {
        int[] counts = new int[inputs];
        foreach (int channel in Map)
            counts[channel]++;
        return counts;
    }

    public void Dispose() => Kernels.Dispose();
}

namespace Gdws.Decomposition;

/// <summary>The components of a layer by gain α_c σ_{c,i}², smallest first.</summary>
/// <remarks>
/// Equal gains go by channel and then by i, the last ones first, so that what is kept is always a prefix of every channel and the same
/// on every run.
/// </remarks>
internal sealed class ComponentOrder
{
    private readonly int[] _components;
    private readonly int _perChannel;

    public ComponentOrder(LayerSpectrum spectrum, ReadOnlySpan<float> sensitivity)
    {
        _perChannel = spectrum.ComponentsPerChannel;
        Gains = new double[spectrum.Components];
        _components = new int[spectrum.Components];

        // Filled from the end, for ties to be mended cheaply below.
        int place = 0;
        for (int c = spectrum.Inputs - 1; c >= 0; c--)
        {
            ReadOnlySpan<double> values = spectrum.SingularValues(c);
            for (int i = values.Length - 1; i >= 0; i--, place++)
            {
                Gains[place] = sensitivity[c] * (values[i] * values[i]);
                _components[place] = (c * _perChannel) + i;
            }
        }

        // Sorting numbers alone is several times faster than sorting with a comparison; it leaves equal ones in any order.
        Array.Sort(Gains, _components);
        for (int start = 0; start < Gains.Length;)
        {
            int end = start + 1;
            while (end < Gains.Length && Gains[end] == Gains[start])
                end++;
            if (end > start + 1)
                Array.Sort(_components, start, end - start, Descending);
            start = end;
        }
    }

    /// <summary>The gains, ascending.</summary>
    public double[] Gains { get; }

    /// <summary>The channel of the component at every place of the order.</summary>
    public int[] Channels => Array.ConvertAll(_components, component => component / _perChannel);

    private static Comparer<int> Descending { get; } = Comparer<int>.Create((x, y) => y.CompareTo(x));

    /// <summary>The channel of the component at a place of the order.</summary>
    public int Channel(int place) => _components[place] / _perChannel;

    /// <summary>g_c where the components from a place on are kept.</summary>
    public int[] KernelsPerChannel(int inputs, int firstKept)
    {
        int[] counts = new int[inputs];
        for (int place = firstKept; place < _components.Length; place++)
            counts[Channel(place)]++;
        return counts;
    }
}

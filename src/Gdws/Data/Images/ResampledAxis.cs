namespace Gdws.Data.Images;

/// <summary>
/// How the pixels of one axis come from the pixels of the source: for every output pixel the first source pixel and the weights, in fixed
/// point with <see cref="FractionBits"/> bits, of a triangle filter as wide as the image shrinks (bilinear with antialiasing).
/// </summary>
internal sealed class ResampledAxis
{
    public const int FractionBits = 22;

    private readonly int[] _first;
    private readonly int[][] _weights;

    /// <summary>Computes the weights of a part of the axis.</summary>
    /// <param name="sourceSize">Pixels of the source.</param>
    /// <param name="targetSize">Pixels of the whole result.</param>
    /// <param name="offset">The first pixel of the result that is wanted.</param>
    /// <param name="count">How many are wanted.</param>
    public ResampledAxis(int sourceSize, long targetSize, long offset, int count)
    {
        double scale = (double)sourceSize / targetSize;
        double support = Math.Max(scale, 1);
        _first = new int[count];
        _weights = new int[count][];
        for (int i = 0; i < count; i++)
        {
            double center = (offset + i + 0.5) * scale;
            int first = Math.Max(0, (int)(center - support + 0.5));
            int end = Math.Min(sourceSize, (int)(center + support + 0.5));
            _first[i] = first;
            _weights[i] = Weights(first, end, center, 1 / support);
        }
    }

    public int Count => _first.Length;

    /// <summary>The first source pixel that any wanted pixel needs.</summary>
    public int Start => _first[0];

    /// <summary>One past the last source pixel that any wanted pixel needs.</summary>
    public int End => _first[^1] + _weights[^1].Length;

    public int First(int index) => _first[index];

    public ReadOnlySpan<int> Weights(int index) => _weights[index];

    private static int[] Weights(int first, int end, double center, double inverseSupport)
    {
        double[] exact = new double[end - first];
        double sum = 0;
        for (int i = 0; i < exact.Length; i++)
        {
            exact[i] = Math.Max(0, 1 - Math.Abs((first + i - center + 0.5) * inverseSupport));
            sum += exact[i];
        }

        int[] weights = new int[exact.Length];
        for (int i = 0; i < weights.Length; i++)
            weights[i] = (int)(0.5 + (exact[i] / sum * (1 << FractionBits)));
        return weights;
    }
}

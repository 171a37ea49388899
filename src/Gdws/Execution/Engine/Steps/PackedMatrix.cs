using System.Runtime.CompilerServices;
using Gdws.Execution.Engine.Kernels;

namespace Gdws.Execution.Engine.Steps;

/// <summary>
/// The weights of a product in the order in which <see cref="Kernel.MultiplyStrip"/> reads them:
/// panel by panel (a panel is two vectors of output channels), in a panel stretch by stretch of planes, in a stretch factor by factor.
/// </summary>
internal sealed unsafe class PackedMatrix : IDisposable
{
    // As many lines as are written in turns; they stay in the nearest cache until they are full.
    private const int FactorsAtOnce = 16;

    private readonly NativeBuffer _weights;
    private readonly NativeBuffer _bias;
    private readonly Piece[] _pieces;

    /// <summary>Packs the weights.</summary>
    /// <param name="rows">The weights.</param>
    /// <param name="bias">A value a row.</param>
    /// <param name="planes">The factors.</param>
    /// <param name="stretch">Planes that are multiplied at once.</param>
    /// <param name="panelWidth">Output channels of a panel.</param>
    public PackedMatrix(WeightRows rows, double[] bias, Plane[] planes, int stretch, int panelWidth)
    {
        PanelWidth = panelWidth;
        Rows = rows.Rows;
        Panels = (rows.Rows + panelWidth - 1) / panelWidth;
        Stretches = Math.Max(1, (planes.Length + stretch - 1) / stretch);
        _pieces = new Piece[Panels * Stretches];
        List<Factor> factors = [];
        long weights = 0;
        for (int panel = 0; panel < Panels; panel++)
        {
            int first = panel * panelWidth, last = Math.Min(first + panelWidth, rows.Rows) - 1;
            bool repeats = panel > 0 && rows.Groups == 1;
            for (int i = 0; i < Stretches; i++)
            {
                // With one group, all panels multiply the same factors.
                int start = repeats ? _pieces[i].FirstFactor : factors.Count;
                if (!repeats)
                    AddFactors(planes, i * stretch, Math.Min(planes.Length, (i + 1) * stretch), rows, first, last, factors);
                int count = repeats ? _pieces[i].Count : factors.Count - start;
                _pieces[(panel * Stretches) + i] = new Piece(start, count, weights);
                weights = checked(weights + ((long)count * WidthOf(panel)));
            }
        }

        Factors = [.. factors];
        _weights = new NativeBuffer(weights * sizeof(float));
        float[] space = [];
        for (int panel = 0; panel < Panels; panel++)
            Fill(rows, panel, ref space);

        float[] padded = new float[Panels * panelWidth];
        for (int row = 0; row < rows.Rows; row++)
            padded[row] = (float)bias[row];
        _bias = NativeBuffer.Of(padded);
    }

    public int Rows { get; }

    public int Panels { get; }

    public int PanelWidth { get; }

    public int Stretches { get; }

    public long Bytes => _weights.Bytes + _bias.Bytes;

    /// <summary>Where each factor lies; the pieces refer to them by number.</summary>
    public Factor[] Factors { get; }

    /// <summary>Vectors of a panel: the last one needs only one where few rows are left.</summary>
    public int VectorsOf(int panel) => Rows - (panel * PanelWidth) > PanelWidth / 2 ? 2 : 1;

    public Piece At(int panel, int stretch) => _pieces[(panel * Stretches) + stretch];

    public float* Weights(in Piece piece) => _weights.Floats + piece.FirstWeight;

    public float* Bias(int panel) => _bias.Floats + ((nint)panel * PanelWidth);

    public void Dispose()
    {
        _weights.Dispose();
        _bias.Dispose();
    }

    private int WidthOf(int panel) => VectorsOf(panel) * PanelWidth / 2;

    private static void AddFactors(Plane[] planes, int start, int end, WeightRows rows, int firstRow, int lastRow, List<Factor> factors)
    {
        for (int p = start; p < end; p++)
        {
            for (int lane = 0; lane < planes[p].Lanes.Length; lane++)
            {
                if (rows.Reads(firstRow, lastRow, planes[p].Columns[lane]))
                    factors.Add(new Factor(p, planes[p].Lanes[lane], planes[p].Columns[lane]));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Fill(WeightRows rows, int panel, ref float[] space)
    {
        int first = panel * PanelWidth, count = Math.Min(PanelWidth, rows.Rows - first);
        ReadOnlySpan<float> values = rows.Range(first, count, ref space);
        for (int stretch = 0; stretch < Stretches; stretch++)
        {
            Piece piece = At(panel, stretch);
            int width = WidthOf(panel);
            for (int done = 0; done < piece.Count; done += FactorsAtOnce)
            {
                ReadOnlySpan<Factor> factors = Factors.AsSpan(piece.FirstFactor + done, Math.Min(FactorsAtOnce, piece.Count - done));
                float* to = Weights(piece) + ((nint)done * width);
                for (int i = 0; i < count; i++)
                    Fill(values.Slice(i * rows.RowLength, rows.RowLength), rows.FirstColumn(first + i), rows.Scale[first + i], factors, to + i, width);
            }
        }
    }

    /// <summary>One row's weights of some factors, scaled in double precision and rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fill(ReadOnlySpan<float> row, int firstColumn, double scale, ReadOnlySpan<Factor> factors, float* to, int width)
    {
        foreach (ref readonly Factor factor in factors)
        {
            int column = factor.Column - firstColumn;
            *to = (uint)column < (uint)row.Length ? (float)(row[column] * scale) : 0;
            to += width;
        }
    }

    /// <summary>One factor of every product: a lane of a plane, and the column of the weights that it multiplies.</summary>
    internal readonly record struct Factor(int Plane, int Lane, int Column);

    /// <summary>What a panel multiplies in one stretch.</summary>
    internal readonly record struct Piece(int FirstFactor, int Count, long FirstWeight);
}

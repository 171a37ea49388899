namespace Gdws.Execution.Engine.Steps;

/// <summary>
/// Weights <c>[M, C / groups · taps]</c> of a convolution as a matrix of M rows and C · taps columns, scaled row by row; where a row and a column belong
/// to different groups there is a zero.
/// </summary>
/// <param name="Values">The weights.</param>
/// <param name="Rows">M</param>
/// <param name="Groups">The number of groups.</param>
/// <param name="Scale">A factor a row.</param>
internal sealed record WeightRows(float[] Values, int Rows, int Groups, double[] Scale)
{
    private readonly int _rowLength = Values.Length / Rows;
    private readonly int _rowsPerGroup = Rows / Groups;

    /// <summary>The weight, scaled in double precision and rounded once.</summary>
    public float At(int row, int column)
    {
        int local = Groups == 1 ? column : column - (row / _rowsPerGroup * _rowLength);
        return local >= 0 && local < _rowLength ? (float)(Values[(row * _rowLength) + local] * Scale[row]) : 0;
    }

    /// <summary>Whether any row of a range multiplies the column.</summary>
    public bool Reads(int firstRow, int lastRow, int column)
    {
        int group = column / _rowLength;
        return group >= firstRow / _rowsPerGroup && group <= lastRow / _rowsPerGroup;
    }
}

namespace Gdws.Execution.Engine.Steps;

/// <summary>
/// Weights <c>[M, C / groups · taps]</c> of a convolution as a matrix of M rows and C · taps columns (C · positions, where they are transformed), to be scaled
/// row by row; where a row and a column belong to different groups there is a zero.
/// </summary>
/// <param name="Values">The weights.</param>
/// <param name="Rows">M</param>
/// <param name="Groups">The number of groups.</param>
/// <param name="Scale">A factor a row.</param>
/// <param name="Transform">What becomes of the kernels first, or null.</param>
internal sealed record WeightRows(WeightValues Values, int Rows, int Groups, double[] Scale, WinogradTransform? Transform = null)
{
    private readonly int _storedLength = Values.Span.Length / Rows;
    private readonly int _rowsPerGroup = Rows / Groups;

    /// <summary>Columns that aren't zero for certain: those of a row's own group.</summary>
    public int RowLength { get; } = Transform is null
        ? Values.Span.Length / Rows
        : Values.Span.Length / Rows / WinogradTransform.KernelTaps * Transform.Positions;

    /// <summary>The first of these columns.</summary>
    public int FirstColumn(int row) => row / _rowsPerGroup * RowLength;

    /// <summary>Some rows, not scaled yet, <c>[count, RowLength]</c>: a part of the weights, or computed.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="count">Their number.</param>
    /// <param name="space">Where computed rows may go; replaced by more where it is too little.</param>
    public ReadOnlySpan<float> Range(int first, int count, ref float[] space)
    {
        if (Transform is null)
            return Values.Span.Slice(first * _storedLength, count * _storedLength);
        if (space.Length < count * RowLength)
            space = new float[count * RowLength];
        for (int row = 0; row < count; row++)
            Transform.Weights(Values.Span.Slice((first + row) * _storedLength, _storedLength), space.AsSpan(row * RowLength, RowLength));
        return space.AsSpan(0, count * RowLength);
    }

    /// <summary>Whether any row of a range multiplies the column.</summary>
    public bool Reads(int firstRow, int lastRow, int column)
    {
        int group = column / RowLength;
        return group >= firstRow / _rowsPerGroup && group <= lastRow / _rowsPerGroup;
    }
}

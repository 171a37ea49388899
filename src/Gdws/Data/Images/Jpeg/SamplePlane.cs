namespace Gdws.Data.Images.Jpeg;

/// <summary>The decoded samples of one component.</summary>
/// <param name="Width">Samples in a row that belong to the image.</param>
/// <param name="Height">Rows that belong to the image.</param>
/// <param name="Stride">From a row to the next.</param>
/// <param name="Samples">The samples.</param>
internal sealed record SamplePlane(int Width, int Height, int Stride, byte[] Samples)
{
    /// <summary>Computes the samples of a component from its coefficients.</summary>
    /// <param name="component">The component with all scans read.</param>
    /// <param name="quantization">Its factors in natural order.</param>
    public static SamplePlane Of(JpegComponent component, int[] quantization)
    {
        int stride = 8 * component.BlocksPerRow;
        byte[] samples = new byte[(long)stride * 8 * component.BlockRows];
        for (int row = 0; row < component.BlockRows; row++)
        {
            for (int column = 0; column < component.BlocksPerRow; column++)
                InverseDct.Transform(component.Block(row, column), quantization, samples.AsSpan((8 * row * stride) + (8 * column)), stride);
        }

        return new SamplePlane(component.Width, component.Height, stride, samples);
    }

    /// <summary>The part of a row that belongs to the image.</summary>
    /// <param name="row">The row; outside of the image the nearest one is meant.</param>
    public ReadOnlySpan<byte> Row(int row) => Samples.AsSpan(Math.Clamp(row, 0, Height - 1) * Stride, Width);
}

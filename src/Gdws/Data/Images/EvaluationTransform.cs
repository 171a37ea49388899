namespace Gdws.Data.Images;

/// <summary>
/// The evaluation transform of torchvision's ImageNet models: the shorter side becomes 256, the central 224×224 pixels are cut out, values
/// are divided by 255. Sizes and offsets are rounded as there, so that accuracies can be compared.
/// </summary>
internal static class EvaluationTransform
{
    public const int CropSize = 224;
    private const int ShorterSide = 256;
    private const int Area = CropSize * CropSize;

    /// <summary>Transforms an image.</summary>
    /// <param name="source">The image, any size.</param>
    /// <param name="target">Receives <c>[3, 224, 224]</c>, values in [0,1].</param>
    public static void Apply(RgbImage source, Span<float> target)
    {
        bool isPortrait = source.Width <= source.Height;
        long longer = (long)ShorterSide * Math.Max(source.Width, source.Height) / Math.Min(source.Width, source.Height);
        long width = isPortrait ? ShorterSide : longer;
        long height = isPortrait ? longer : ShorterSide;

        byte[] pixels = TriangleResampler.Resize(
            source,
            new ResampledAxis(source.Width, width, CropOffset(width), CropSize),
            new ResampledAxis(source.Height, height, CropOffset(height), CropSize));
        for (int i = 0; i < Area; i++)
        {
            target[i] = pixels[3 * i] / 255f;
            target[Area + i] = pixels[(3 * i) + 1] / 255f;
            target[(2 * Area) + i] = pixels[(3 * i) + 2] / 255f;
        }
    }

    // Halves round to even, as Python does.
    private static long CropOffset(long size) => (long)Math.Round((size - CropSize) / 2.0, MidpointRounding.ToEven);
}

namespace Gdws.Torch.Calibration;

/// <summary>Some images of a calibration.</summary>
/// <param name="Images"><c>[forms · N, C, H, W]</c>: the clean ones, then the same perturbed, form after form.</param>
/// <param name="Labels">Their classes, <c>[N]</c>.</param>
/// <param name="Indices">Their positions in the dataset, <c>[N]</c>.</param>
internal sealed record CalibrationBatch(Tensor Images, int[] Labels, int[] Indices);

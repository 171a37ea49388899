namespace Gdws.Torch.Calibration;

/// <summary>How far a calibration is.</summary>
/// <param name="Stage">What it does, e.g. <c>patch moments</c>.</param>
/// <param name="Done">Parts of the stage that are done.</param>
/// <param name="Total">Parts of the stage.</param>
/// <param name="Unit">What a part is, e.g. <c>layers</c>.</param>
public sealed record CalibrationProgress(string Stage, int Done, int Total, string Unit);

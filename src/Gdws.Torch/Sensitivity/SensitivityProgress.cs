namespace Gdws.Torch.Sensitivity;

/// <summary>How far an estimation is; told after every batch.</summary>
/// <param name="Done">Images done.</param>
/// <param name="Total">All images.</param>
public sealed record SensitivityProgress(int Done, int Total);

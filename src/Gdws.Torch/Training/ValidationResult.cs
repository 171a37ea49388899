namespace Gdws.Torch.Training;

/// <summary>How a network does on images held out from training.</summary>
/// <param name="Images">How many there are.</param>
/// <param name="Natural">Those classified rightly as they are.</param>
/// <param name="Robust">Those classified rightly under PGD in all threat models; null for natural training.</param>
public sealed record ValidationResult(int Images, int Natural, int? Robust)
{
    /// <summary>What the best epoch is chosen by: images right under attack, or as they are where there is none.</summary>
    public int Score => Robust ?? Natural;
}

namespace Gdws.Cli.Sweeps;

/// <summary>What a network takes an image for.</summary>
/// <param name="Class">The class.</param>
/// <param name="Percent">The softmax of its logit in percent.</param>
/// <param name="IsRight">Whether that is the image's class.</param>
internal sealed record GalleryGuess(string Class, double Percent, bool IsRight);

namespace Gdws.Cli.Sweeps;

/// <summary>What an attack on one network makes of an image. Pictures are PNG files in Base64.</summary>
/// <param name="Network">The network's name.</param>
/// <param name="Before">What it takes the clean image for.</param>
/// <param name="After">What it takes the adversarial image for.</param>
/// <param name="Adversarial">The image that was made against it.</param>
/// <param name="Difference">Adversarial less clean, magnified around grey.</param>
internal sealed record GalleryAttack(string Network, GalleryGuess Before, GalleryGuess After, string Adversarial, string Difference);

namespace Gdws.Cli.Sweeps;

/// <summary>Some images with what an attack made of them.</summary>
/// <param name="Attack">The attack, e.g. <c>pgd linf 8/255</c>.</param>
/// <param name="Epsilon">Its radius in pixel units.</param>
/// <param name="Magnification">What differences are multiplied by before they are added to grey.</param>
/// <param name="Images">The images.</param>
internal sealed record Gallery(string Attack, double Epsilon, double Magnification, IReadOnlyList<GalleryImage> Images);

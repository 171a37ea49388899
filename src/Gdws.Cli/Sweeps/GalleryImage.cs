namespace Gdws.Cli.Sweeps;

/// <summary>An image and what networks and attacks make of it. Pictures are PNG files in Base64.</summary>
/// <param name="Index">Its position in the data.</param>
/// <param name="Class">The right class.</param>
/// <param name="Clean">The image.</param>
/// <param name="Networks">One entry a network.</param>
internal sealed record GalleryImage(int Index, string Class, string Clean, IReadOnlyList<GalleryAttack> Networks);

namespace Gdws.Cli.Sweeps;

/// <summary>Accuracy on clean images.</summary>
/// <param name="Correct">Images with the right class first.</param>
/// <param name="Images">All images.</param>
/// <param name="Accuracy">In percent.</param>
/// <param name="Top5">Images with the right class among the first five, in percent.</param>
internal sealed record NaturalFigure(int Correct, int Images, double Accuracy, double Top5);

namespace Gdws.Cli.Sweeps;

/// <summary>Accuracy against several threat models at once.</summary>
/// <param name="Threats">E.g. <c>linf 8/255</c>.</param>
/// <param name="Correct">Images that stand in all of them.</param>
/// <param name="Images">All images.</param>
/// <param name="Accuracy">In percent.</param>
internal sealed record UnionFigure(IReadOnlyList<string> Threats, int Correct, int Images, double Accuracy);

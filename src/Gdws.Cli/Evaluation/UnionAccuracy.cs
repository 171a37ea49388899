namespace Gdws.Cli.Evaluation;

/// <summary>Robust accuracy against several threat models at once; the property names are the keys of the JSON.</summary>
/// <param name="Threats">E.g. <c>linf 8/255</c>.</param>
/// <param name="Correct">Images that stand in all of them.</param>
/// <param name="Accuracy">In percent.</param>
internal sealed record UnionAccuracy(IReadOnlyList<string> Threats, int Correct, double Accuracy);

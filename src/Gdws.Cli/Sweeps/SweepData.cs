namespace Gdws.Cli.Sweeps;

/// <summary>The images that accuracy was measured on.</summary>
/// <param name="Name">As the user named them, e.g. <c>cifar10:DIR</c>.</param>
/// <param name="Split"><c>test</c> or <c>train</c>.</param>
/// <param name="Images">How many were classified.</param>
/// <param name="Attacked">How many of them, the first ones, were also attacked; 0 for none.</param>
internal sealed record SweepData(string Name, string Split, int Images, int Attacked);

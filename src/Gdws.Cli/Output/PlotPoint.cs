namespace Gdws.Cli.Output;

/// <summary>A network in a plot of accuracy against speed.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Fps">Images per second, above 0.</param>
/// <param name="Natural">Natural accuracy in percent.</param>
/// <param name="Robust">Robust accuracy in percent; null where none was measured.</param>
internal sealed record PlotPoint(string Name, double Fps, double Natural, double? Robust);

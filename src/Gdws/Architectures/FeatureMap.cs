namespace Gdws.Architectures;

/// <summary>A value of the network under construction, for one image.</summary>
/// <param name="Name">The value's name in the graph.</param>
/// <param name="Channels">C.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
internal readonly record struct FeatureMap(string Name, int Channels, int Height, int Width);

namespace Gdws.Planning;

/// <summary>The measured time of a layer with one number of kernels, in milliseconds a run.</summary>
/// <param name="Kernels">G, at least 1.</param>
/// <param name="Milliseconds">The median over the rounds, at least 0.</param>
/// <param name="Low">The lower quartile over the rounds.</param>
/// <param name="High">The upper quartile over the rounds.</param>
public sealed record LatencyPoint(int Kernels, double Milliseconds, double Low, double High);

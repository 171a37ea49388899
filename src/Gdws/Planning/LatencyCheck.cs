namespace Gdws.Planning;

/// <summary>What a latency model says about a whole network that was measured, too: the same number of kernels per channel in every layer.</summary>
/// <param name="KernelsPerChannel">G/C in every layer for which that saves multiply-accumulates; null for the network as it is.</param>
/// <param name="Predicted">Milliseconds a run as the sum over layers says.</param>
/// <param name="Measured">Milliseconds a run that were measured, the median over the rounds.</param>
/// <param name="Low">The lower quartile over the rounds.</param>
/// <param name="High">The upper quartile over the rounds.</param>
public sealed record LatencyCheck(double? KernelsPerChannel, double Predicted, double Measured, double Low, double High);

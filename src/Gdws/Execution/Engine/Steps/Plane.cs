namespace Gdws.Execution.Engine.Steps;

/// <summary>
/// Sixteen factors of a product that lie side by side for every pixel: for a convolution a block of channels seen through one tap,
/// for a GDWS convolution sixteen depthwise kernels' results. Only some lanes count.
/// </summary>
/// <param name="Block">The block of the input that it comes from.</param>
/// <param name="Tap">The tap that it is seen through; 0 for depthwise kernels, which see all taps.</param>
/// <param name="Lanes">The lanes that count.</param>
/// <param name="Columns">Which column of the weights each of them multiplies.</param>
internal sealed record Plane(int Block, int Tap, int[] Lanes, int[] Columns);

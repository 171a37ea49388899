using System.Collections.Immutable;

namespace Gdws.Planning;

/// <summary>Kernels of one layer that were chosen elsewhere, e.g. by a calibration.</summary>
/// <param name="KernelsPerChannel">g_c, <c>[C]</c>.</param>
/// <param name="Error">The layer's error with them, at least 0.</param>
public sealed record ChosenKernels(ImmutableArray<int> KernelsPerChannel, double Error);

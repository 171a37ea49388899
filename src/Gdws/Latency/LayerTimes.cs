using Gdws.Planning;

namespace Gdws.Latency;

/// <summary>The times of a layer in milliseconds a run.</summary>
/// <param name="AsItIs">As the network has it.</param>
/// <param name="Points">As a GDWS convolution, by ascending G; empty where it can't become one.</param>
internal sealed record LayerTimes(Quartiles AsItIs, IReadOnlyList<LatencyPoint> Points);

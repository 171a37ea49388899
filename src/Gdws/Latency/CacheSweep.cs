using System.Numerics;
using System.Runtime.InteropServices;
using Gdws.Onnx;

namespace Gdws.Latency;

/// <summary>
/// Reads as much memory as a network has in weights, which is what it reads between two runs of one of its layers. A layer that runs over and over finds its
/// weights in the nearest cache; in its network it has to fetch them from where they were left a run ago.
/// </summary>
internal sealed class CacheSweep
{
    // No processor's last cache that one core uses is larger by far; reading more only takes longer.
    private const long MostBytes = 96L << 20;

    private readonly float[] _memory;
    private float _sum;

    public CacheSweep(OnnxModel network)
    {
        long bytes = sizeof(float) * NetworkComplexity.Of(network).Parameters;
        _memory = new float[Math.Min(bytes, MostBytes) / sizeof(float)];

        // Memory that was never written is one page of zeros, whatever its size, and stays in the nearest cache.
        Array.Fill(_memory, 1);
    }

    /// <summary>Reads a share of the memory.</summary>
    /// <param name="share">From 0 to 1: how large the weights of the network are beside those that it has now.</param>
    public void Run(double share)
    {
        Vector<float> sum = Vector<float>.Zero;
        foreach (Vector<float> values in MemoryMarshal.Cast<float, Vector<float>>(_memory.AsSpan(0, (int)(_memory.Length * share))))
            sum += values;

        // Kept, so that the reads can't be left out.
        _sum += sum[0];
    }
}

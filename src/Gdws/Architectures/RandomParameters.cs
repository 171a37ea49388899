using System.Runtime.InteropServices;
using Gdws.Checkpoints;

namespace Gdws.Architectures;

/// <summary>
/// Parameters of a network that is yet to be trained: weights normal with variance 2 / fan-in, so that signals keep their size behind a ReLU (He et al.
/// 2015), the classifier's with 1 / fan-in, biases 0, batch normalisations neutral.
/// </summary>
internal sealed class RandomParameters(int seed)
{
    private ulong _state = (uint)seed;

    /// <summary>Makes the tensors in the order given; that and the seed decide them, on every machine.</summary>
    /// <param name="expected">Name and shape of each.</param>
    public IEnumerable<CheckpointTensor> Of(IReadOnlyDictionary<string, int[]> expected)
    {
        string? classifier = expected.LastOrDefault(entry => entry.Value.Length == 2).Key;
        foreach ((string name, int[] shape) in expected)
        {
            float[] values = new float[shape.Aggregate(1, (product, size) => checked(product * size))];
            if (shape.Length > 1)
                FillNormal(values, Math.Sqrt((name == classifier ? 1.0 : 2.0) / (values.Length / shape[0])));
            else if (name.EndsWith("running_var", StringComparison.Ordinal) || IsScale(name, expected))
                values.AsSpan().Fill(1);
            yield return new CheckpointTensor(name, ElementType.Float32, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
        }
    }

    private static bool IsScale(string name, IReadOnlyDictionary<string, int[]> expected) =>
        name.EndsWith(".weight", StringComparison.Ordinal) && expected.ContainsKey(name[..^"weight".Length] + "running_mean");

    /// <summary>Box and Muller.</summary>
    private void FillNormal(Span<float> values, double deviation)
    {
        foreach (ref float value in values)
            value = (float)(deviation * Math.Sqrt(-2 * Math.Log(1 - Uniform())) * Math.Cos(2 * Math.PI * Uniform()));
    }

    /// <summary>In [0, 1), by SplitMix64.</summary>
    private double Uniform()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}

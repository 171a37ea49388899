using BenchmarkDotNet.Attributes;
using Gdws.Decomposition;

namespace Gdws.Benchmarks.Kernels;

/// <summary>From a layer's weights to its components, on all threads.</summary>
public class Decompositions : IMeasuredWork
{
    private float[] _weight = [];

    /// <summary>Layers of PreActResNet-18.</summary>
    public static IEnumerable<KernelCase> Cases =>
        ((int[])[64, 256, 512]).Select(channels => new KernelCase("", channels, 0, $"{channels}→{channels}, 3×3"));

    /// <summary>What is measured.</summary>
    [ParamsSource(nameof(Cases))]
    public KernelCase Case { get; set; } = Cases.First();

    /// <inheritdoc/>
    /// <remarks>The layer's weights.</remarks>
    public double Work => Case.Size * Case.Size * 9d * sizeof(float);

    /// <inheritdoc/>
    public bool IsArithmetic => false;

    /// <summary>Makes the weights.</summary>
    [GlobalSetup]
    public void Prepare() => _weight = Weight(Case.Size);

    /// <summary>The singular value decompositions of all channels.</summary>
    [Benchmark]
    public LayerSpectrum Spectrum() => LayerSpectrum.Of(_weight, Case.Size, Case.Size, 3, 3);

    /// <summary>Random weights of a 3×3 layer with as many inputs as outputs.</summary>
    internal static float[] Weight(int channels)
    {
        Random random = new(0);
        return [.. Enumerable.Range(0, channels * channels * 9).Select(_ => (random.NextSingle() - 0.5f) / 16)];
    }
}

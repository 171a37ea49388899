using BenchmarkDotNet.Attributes;
using Gdws.Decomposition;

namespace Gdws.Benchmarks.Kernels;

/// <summary>The choice among a layer's components.</summary>
public class Selections : IMeasuredWork
{
    private LayerSpectrum? _spectrum;
    private double _beta;

    /// <summary>The layers.</summary>
    public static IEnumerable<KernelCase> Cases => Decompositions.Cases;

    /// <summary>What is measured.</summary>
    [ParamsSource(nameof(Cases))]
    public KernelCase Case { get; set; } = Cases.First();

    /// <inheritdoc/>
    /// <remarks>The layer's singular values.</remarks>
    public double Work => Case.Size * 9d * sizeof(double);

    /// <inheritdoc/>
    public bool IsArithmetic => false;

    /// <summary>Decomposes a layer.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        _spectrum = LayerSpectrum.Of(Decompositions.Weight(Case.Size), Case.Size, Case.Size, 3, 3);
        _beta = Mego.LeastErrors(_spectrum)[2 * Case.Size];
    }

    /// <summary>The least error that 2C kernels allow.</summary>
    [Benchmark]
    public object MegoOfTwoC() => Mego.Select(_spectrum!, 2 * Case.Size);

    /// <summary>The fewest kernels within the error of that choice.</summary>
    [Benchmark]
    public object LegoOfThatError() => Lego.Select(_spectrum!, _beta);
}

using BenchmarkDotNet.Attributes;

namespace Gdws.Benchmarks.Kernels;

/// <summary>Sixteen depthwise kernels on the pixels of a tile: the first half of a GDWS convolution.</summary>
public unsafe class DepthwiseKernels : EngineKernel
{
    private const int Taps = 9;

    private float* _input;
    private float* _weights;
    private float* _output;
    private int* _at;
    private int* _taps;

    /// <summary>Long rows, and short ones, at whose ends neighbours don't share what they read.</summary>
    public static IEnumerable<KernelCase> Cases => OnEverySet((32, 0, "3×3, rows of 32 pixels"), (4, 0, "3×3, rows of 4 pixels"));

    /// <inheritdoc/>
    [ParamsSource(nameof(Cases))]
    public override KernelCase Case { get; set; } = Cases.First();

    /// <inheritdoc/>
    public override double Work => TilePixels * Taps * Execution.Engine.Kernels.Kernel.Block;

    /// <summary>One plane.</summary>
    [Benchmark]
    public void Depthwise() => Kernel.Depthwise(_input, _at, _taps, Taps, _weights, _output, TilePixels);

    private protected override void PrepareBuffers()
    {
        const int block = Execution.Engine.Kernels.Kernel.Block;
        int pitch = (Case.Size + 2) * block;
        _input = Random(((TilePixels / Case.Size) + 3) * pitch);
        _weights = Random(Taps * block);
        _output = Random(TilePixels * block);
        _at = Integers(Enumerable.Range(0, TilePixels).Select(pixel => (pixel / Case.Size * pitch) + (pixel % Case.Size * block)));
        _taps = Integers(Enumerable.Range(0, Taps).Select(tap => (tap / 3 * pitch) + (tap % 3 * block)));
    }
}

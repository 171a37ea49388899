using BenchmarkDotNet.Attributes;

namespace Gdws.Benchmarks.Kernels;

/// <summary>Choosing sixteen channels from several blocks for every pixel: what a plane of a GDWS convolution costs whose channels aren't one block.</summary>
public unsafe class LaneChoices : EngineKernel
{
    private const int Block = Execution.Engine.Kernels.Kernel.Block;

    private float* _input;
    private float* _output;
    private long* _blocks;
    private int* _lanes;

    /// <summary>From how many blocks.</summary>
    public static IEnumerable<KernelCase> Cases => OnEverySet((1, 0, "from 1 block"), (2, 0, "from 2 blocks"), (4, 0, "from 4 blocks"));

    /// <inheritdoc/>
    [ParamsSource(nameof(Cases))]
    public override KernelCase Case { get; set; } = Cases.First();

    /// <inheritdoc/>
    public override double Work => 2d * TilePixels * Block * sizeof(float);

    /// <inheritdoc/>
    public override bool IsArithmetic => false;

    /// <summary>One plane.</summary>
    [Benchmark]
    public void Select() => Kernel.Select(_input, _blocks, _lanes, Case.Size, _output, TilePixels);

    private protected override void PrepareBuffers()
    {
        _input = Random(Case.Size * TilePixels * Block);
        _output = Random(TilePixels * Block);
        _blocks = Longs(Enumerable.Range(0, Case.Size).Select(block => (long)block * TilePixels * Block));

        // The lanes of one block after those of the one before it, as ascending channels lie.
        _lanes = Integers(
            from block in Enumerable.Range(0, Case.Size)
            from lane in Enumerable.Range(0, Block)
            select lane * Case.Size / Block == block ? Block - 1 - lane : -1);
    }
}

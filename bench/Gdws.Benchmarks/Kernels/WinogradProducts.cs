using System.Runtime.CompilerServices;
using BenchmarkDotNet.Attributes;
using Gdws.Execution.Engine.Kernels;

namespace Gdws.Benchmarks.Kernels;

/// <summary>The products between Winograd's transforms: one panel of weights at all 36 positions, sixteen tiles at each (a 16×16 map with 4×4 outputs a tile).</summary>
public unsafe class WinogradProducts : EngineKernel
{
    private const int Positions = 36;
    private const int Tiles = 16;

    private StripRun _run;

    /// <summary>By channels: with 256 of them a panel's weights no longer lie in the nearest cache.</summary>
    public static IEnumerable<KernelCase> Cases => OnEverySet((0, 64, "64 channels"), (0, 256, "256 channels"));

    /// <inheritdoc/>
    [ParamsSource(nameof(Cases))]
    public override KernelCase Case { get; set; } = Cases.First();

    /// <inheritdoc/>
    public override double Work => (double)Positions * Tiles * Case.Factors * 2 * Kernel.For(Enum.Parse<InstructionSet>(Case.Set)).Lanes;

    /// <summary>One panel.</summary>
    [Benchmark]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Products()
    {
        StripRun run = _run;
        for (int position = 0; position < Positions; position++)
        {
            run.Weights = _run.Weights + ((nint)position * Case.Factors * Kernel.PanelWidth);
            run.Ahead = run.Weights + ((nint)Case.Factors * Kernel.PanelWidth);
            for (int tile = 0; tile < Tiles;)
            {
                int length = Kernel.StripLength(Tiles - tile);
                run.Pixels = _run.Pixels + ((((nint)position * Case.Factors / Kernel.Block * Tiles) + tile) * Kernel.Block);
                run.Sums = _run.Sums + ((nint)((position * Tiles) + tile) * Kernel.PanelWidth);
                Kernel.MultiplyStrip(length, 2, run);
                run.Ahead += run.Count * run.AheadStep;
                tile += length;
            }
        }
    }

    private protected override void PrepareBuffers()
    {
        int width = Kernel.PanelWidth, strips = 0;
        for (int tile = 0; tile < Tiles; tile += Kernel.StripLength(Tiles - tile))
            strips++;
        _run = new StripRun
        {
            Pixels = Random((long)Positions * Case.Factors * Tiles),
            Offsets = Integers(Enumerable.Range(0, Case.Factors).Select(k => (k / Kernel.Block * Tiles * Kernel.Block) + (k % Kernel.Block))),
            Count = Case.Factors,
            Weights = Random((long)Positions * Case.Factors * width),
            AheadStep = (width + strips - 1) / strips,
            Initial = Random(width),
            Sums = Random((long)Positions * Tiles * width),
        };
    }
}

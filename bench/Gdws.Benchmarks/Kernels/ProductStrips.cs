using System.Runtime.CompilerServices;
using BenchmarkDotNet.Attributes;
using Gdws.Execution.Engine.Kernels;

namespace Gdws.Benchmarks.Kernels;

/// <summary>The product of a tile of pixels and one panel of weights, cut into strips of one length, bias and ReLU included: what convolutions spend their time on.</summary>
public unsafe class ProductStrips : EngineKernel
{
    private StripRun _run;
    private int* _places;

    /// <summary>Strips up to the longest that an instruction set has, few factors (1×1 on 64 channels) and many (3×3 on 64).</summary>
    public static IEnumerable<KernelCase> Cases =>
        from set in Sets()
        from factors in (int[])[64, 576]
        from pixels in (int[])[1, 3, 6, 12]
        where pixels <= Kernel.For(set).LongestStrip
        select new KernelCase(set.ToString(), pixels, factors, $"strips of {pixels}, {factors} factors");

    /// <inheritdoc/>
    [ParamsSource(nameof(Cases))]
    public override KernelCase Case { get; set; } = Cases.First();

    /// <inheritdoc/>
    public override double Work => (double)TilePixels * Case.Factors * 2 * Kernel.For(Enum.Parse<InstructionSet>(Case.Set)).Lanes;

    /// <summary>One panel.</summary>
    [Benchmark]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Product()
    {
        StripRun run = _run;
        for (int pixel = 0; pixel < TilePixels; pixel += Case.Size)
        {
            run.Pixels = _run.Pixels + (pixel * Kernel.Block);
            run.End.MainAt = _places + pixel;
            Kernel.MultiplyStrip(Case.Size, 2, run);
        }
    }

    private protected override void PrepareBuffers()
    {
        const int plane = TilePixels * Kernel.Block;
        _places = Integers(Enumerable.Range(0, TilePixels).Select(pixel => pixel * Kernel.Block));
        int width = Kernel.PanelWidth;
        float* weights = Random((long)Case.Factors * width);
        _run = new StripRun
        {
            Pixels = Random((long)Case.Factors * TilePixels),
            Offsets = Integers(Enumerable.Range(0, Case.Factors).Select(k => (k / Kernel.Block * plane) + (k % Kernel.Block))),
            Count = Case.Factors,
            Weights = weights,
            Initial = Random(width),
            Ahead = weights,
            End = new FinishRun
            {
                AfterHigh = float.PositiveInfinity,
                Main = Random(2 * plane),
                MainStep = Kernel.Lanes == Kernel.Block ? plane : Kernel.Lanes,
            },
        };
    }
}

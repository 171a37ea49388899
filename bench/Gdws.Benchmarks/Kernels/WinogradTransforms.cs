using System.Runtime.CompilerServices;
using BenchmarkDotNet.Attributes;
using Gdws.Execution.Engine.Kernels;

namespace Gdws.Benchmarks.Kernels;

/// <summary>Winograd's transforms of one block of channels, for a 32×32 map: to the positions and back.</summary>
public unsafe class WinogradTransforms : EngineKernel
{
    private const int MapSize = 32;
    private const int RowPitch = (MapSize + 2) * Kernel.Block;

    private float* _map;
    private float* _positions;
    private float* _bias;
    private int* _places;
    private nint _pitch;

    /// <summary>Outputs of a tile in each direction.</summary>
    public static IEnumerable<KernelCase> Cases => OnEverySet((2, 0, "2×2 outputs a tile"), (4, 0, "4×4 outputs a tile"));

    /// <inheritdoc/>
    [ParamsSource(nameof(Cases))]
    public override KernelCase Case { get; set; } = Cases.First();

    /// <inheritdoc/>
    /// <remarks>The values at the positions once and those of the map once; neither counts twice where tiles overlap.</remarks>
    public override double Work => (((double)Tiles * (Case.Size + 2) * (Case.Size + 2)) + (MapSize * MapSize)) * Kernel.Block * sizeof(float);

    /// <inheritdoc/>
    public override bool IsArithmetic => false;

    private int TilesOfARow => MapSize / Case.Size;

    private int Tiles => TilesOfARow * TilesOfARow;

    /// <summary>The map's tiles to positions.</summary>
    [Benchmark]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Input()
    {
        for (int tile = 0; tile < Tiles; tile++)
            Kernel.WinogradInput(Case.Size, _map + FirstPixel(tile), RowPitch, _positions + (tile * Kernel.Block), _pitch);
    }

    /// <summary>Positions to the map, with bias and ReLU.</summary>
    [Benchmark]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Output()
    {
        FinishRun end = new() { AfterHigh = float.PositiveInfinity, MainAt = _places };
        for (int lane = 0; lane < Kernel.Block; lane += Kernel.Lanes)
        {
            for (int tile = 0; tile < Tiles; tile++)
            {
                end.Main = _map + FirstPixel(tile) + lane;
                Kernel.WinogradOutput(Case.Size, _positions + (tile * Kernel.Block) + lane, _pitch, _bias + lane, Case.Size, Case.Size, end);
            }
        }
    }

    private protected override void PrepareBuffers()
    {
        _map = Random((MapSize + 2) * RowPitch);
        _pitch = (Tiles | 1) * Kernel.Block;
        _positions = Random((Case.Size + 2) * (Case.Size + 2) * (long)_pitch);
        _bias = Random(Kernel.Block);
        _places = Integers(Enumerable.Range(0, Case.Size * Case.Size).Select(p => (p / Case.Size * RowPitch) + (p % Case.Size * Kernel.Block)));
    }

    private int FirstPixel(int tile) => (tile / TilesOfARow * Case.Size * RowPitch) + (tile % TilesOfARow * Case.Size * Kernel.Block);
}

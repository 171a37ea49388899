using Gdws.Execution.Engine.Kernels;

namespace Gdws.Execution.Engine.Steps;

/// <summary>Which channels the lanes of a plane take, as <see cref="Kernel.Select"/> wants it.</summary>
internal sealed unsafe class LaneChoice
{
    private readonly NativeBuffer _blocks;
    private readonly NativeBuffer _lanes;

    /// <summary>Writes the choice down.</summary>
    /// <param name="channels">The channel of each lane, at most sixteen; the lanes behind take none.</param>
    /// <param name="input">The map that they are chosen from.</param>
    public LaneChoice(int[] channels, MapLayout input)
    {
        int[] blocks = [.. channels.Select(c => c / Kernel.Block).Distinct()];
        int[] lanes = new int[blocks.Length * Kernel.Block];
        Array.Fill(lanes, -1);
        for (int lane = 0; lane < channels.Length; lane++)
            lanes[(Array.IndexOf(blocks, channels[lane] / Kernel.Block) * Kernel.Block) + lane] = channels[lane] % Kernel.Block;

        Count = blocks.Length;
        _lanes = NativeBuffer.Of(lanes);
        _blocks = NativeBuffer.Of((long[])[.. blocks.Select(block => block * input.PlanePitch)]);
    }

    /// <summary>Blocks chosen from.</summary>
    public int Count { get; }

    public long* Blocks => (long*)_blocks.Floats;

    public int* Lanes => _lanes.Integers;
}

using System.Globalization;
using Gdws.Checkpoints;

namespace Gdws.Architectures;

/// <summary>How many blocks of which sort the ResNets of four stages have.</summary>
/// <param name="Depth">The number in the name.</param>
/// <param name="Bottleneck">Whether a block is 1×1, 3×3, 1×1 rather than 3×3, 3×3.</param>
/// <param name="Blocks">Blocks a stage.</param>
internal sealed record ResidualLayout(int Depth, bool Bottleneck, params int[] Blocks)
{
    /// <summary>No stage is as long; a number above it is no block's.</summary>
    private const int MostBlocks = 1000;

    public static IReadOnlyList<ResidualLayout> All { get; } =
    [
        new(18, false, 2, 2, 2, 2),
        new(34, false, 3, 4, 6, 3),
        new(50, true, 3, 4, 6, 3),
        new(101, true, 3, 4, 23, 3),
        new(152, true, 3, 8, 36, 3),
    ];

    /// <summary>Convolutions in a block.</summary>
    public int Convolutions => Bottleneck ? 3 : 2;

    /// <summary>The layout of the depth that a name contains.</summary>
    public static ResidualLayout Of(string name) => All.Single(l => name.Contains($"{l.Depth}", StringComparison.Ordinal));

    /// <summary>The layout that a checkpoint's blocks add up to, or null.</summary>
    public static ResidualLayout? Recognise(StateDict state)
    {
        int[] blocks = [.. Enumerable.Range(1, 4).Select(stage => CountBlocks(state, $"layer{stage}", "conv1"))];
        bool bottleneck = state.Contains("layer1.0.conv3.weight");
        return state.Contains("layer5.0.conv1.weight")
            ? null
            : All.FirstOrDefault(l => l.Bottleneck == bottleneck && l.Blocks.SequenceEqual(blocks));
    }

    /// <summary>The number of blocks of a stage, up to the last that has its first convolution.</summary>
    public static int CountBlocks(StateDict state, string stage, string firstConvolution)
    {
        string prefix = stage + ".";
        string suffix = $".{firstConvolution}.weight";
        int last = -1;
        foreach (CheckpointTensor tensor in state)
        {
            if (tensor.Name.StartsWith(prefix, StringComparison.Ordinal) && tensor.Name.EndsWith(suffix, StringComparison.Ordinal)
                && tensor.Name.Length > prefix.Length + suffix.Length
                && int.TryParse(tensor.Name.AsSpan()[prefix.Length..^suffix.Length], NumberStyles.None, null, out int index)
                && index < MostBlocks)
            {
                last = Math.Max(last, index);
            }
        }

        return last + 1;
    }

    /// <summary>The kernel sizes of a block's convolutions and which of them carries the stride.</summary>
    public (int Kernel, bool Strided)[] Kernels => Bottleneck ? [(1, false), (3, true), (1, false)] : [(3, true), (3, false)];

    /// <summary>The output channels of a block's convolutions, read off the stage's first block.</summary>
    /// <param name="parameters">The checkpoint.</param>
    /// <param name="stage">E.g. <c>layer2</c>.</param>
    /// <param name="usual">Width of the stage where the checkpoint doesn't tell.</param>
    public int[] Widths(Parameters parameters, string stage, int usual)
    {
        int width = parameters.Dimension($"{stage}.0.conv1.weight", 0, usual);
        return Bottleneck
            ? [width, width, parameters.Dimension($"{stage}.0.conv3.weight", 0, 4 * width)]
            : [width, width];
    }
}

using Gdws.Execution.Engine.Kernels;

namespace Gdws.Execution.Engine.Steps;

/// <summary>
/// A GDWS convolution at once. Sixteen depthwise kernels make a plane. Where nearly all channels of a block have a k-th kernel, these are a plane: every
/// lane finds its channel where it is. The other kernels are packed without gaps, and their planes choose their channels from the blocks where they are;
/// a channel without kernels costs nothing.
/// </summary>
internal sealed class GdwsStep(
    MapValue input, MapValue output, float[] depthwise, int[] channelMap, WeightValues pointwise, float[]? bias, Window window)
    : MatrixStep(input, output, pointwise, bias, groups: 1, window)
{
    private const int FewestLanesInPlace = 10;

    private NativeBuffer? _kernels;
    private bool[] _selects = [];

    public override long ConstantBytes => base.ConstantBytes + (_kernels?.Bytes ?? 0);

    protected override bool IsDirect => false;

    public override void Pack(Kernel kernel)
    {
        base.Pack(kernel);
        int taps = Window.Taps;
        float[] kernels = new float[Planes.Length * taps * Kernel.Block];
        _selects = new bool[Planes.Length];
        for (int p = 0; p < Planes.Length; p++)
        {
            Plane plane = Planes[p];
            for (int i = 0; i < plane.Lanes.Length; i++)
            {
                _selects[p] |= channelMap[plane.Columns[i]] != (plane.Block * Kernel.Block) + plane.Lanes[i];
                for (int tap = 0; tap < taps; tap++)
                    kernels[(((p * taps) + tap) * Kernel.Block) + plane.Lanes[i]] = depthwise[(plane.Columns[i] * taps) + tap];
            }
        }

        _kernels = NativeBuffer.Of(kernels);
    }

    protected override Plane[] CreatePlanes(Kernel kernel)
    {
        // Choosing lanes one by one costs as much as several planes.
        int fewest = kernel.SelectsLanes ? FewestLanesInPlace : FewestLanesInPlace / 4;
        List<Plane> planes = [];
        List<int> others = [];
        foreach (IGrouping<int, int> block in Enumerable.Range(0, channelMap.Length)
            .OrderBy(g => channelMap[g]).GroupBy(g => channelMap[g] / Kernel.Block))
        {
            int[][] byChannel = [.. block.GroupBy(g => channelMap[g]).Select(channel => channel.ToArray())];
            for (int i = 0; i < byChannel.Max(channel => channel.Length); i++)
            {
                int[] columns = [.. byChannel.Where(channel => channel.Length > i).Select(channel => channel[i])];
                if (columns.Length >= Math.Min(fewest, Input.Channels))
                    planes.Add(new Plane(block.Key, 0, [.. columns.Select(g => channelMap[g] % Kernel.Block)], columns));
                else
                    others.AddRange(columns);
            }
        }

        foreach (int[] chunk in others.OrderBy(g => channelMap[g]).Chunk(Kernel.Block))
            planes.Add(new Plane(channelMap[chunk[0]] / Kernel.Block, 0, [.. Enumerable.Range(0, chunk.Length)], chunk));
        return [.. planes];
    }

    protected override IPlaneSource CreateSource(MapLayout input, MapLayout output) =>
        new DepthwiseSource(Planes, channelMap, _kernels!, _selects, Window, input, output);
}

using Gdws.Execution.Engine.Kernels;
using Gdws.Execution.Engine.Steps;

namespace Gdws.Execution.Engine;

/// <summary>
/// Where every map lies. A place is used again as soon as its map has been read for the last time, but only by maps of the same size and border:
/// so borders stay zero without anybody having to clear them.
/// </summary>
internal sealed class MemoryPlan
{
    // A strip may read beyond the last pixel, see Kernel.StripLength.
    private const int Slack = 16 * Kernel.Block;

    private readonly Dictionary<MapValue, MapLayout> _layouts = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(int Channels, int Height, int Width, int Border, int Overhang), Stack<long>> _free = [];

    private MemoryPlan()
    {
    }

    public IReadOnlyDictionary<MapValue, MapLayout> Layouts => _layouts;

    /// <summary>Memory needed, in floats.</summary>
    public long Floats { get; private set; }

    /// <summary>Plans the memory of a number of images.</summary>
    public static MemoryPlan Of(IReadOnlyList<Step> steps, int batch)
    {
        MemoryPlan plan = new();
        Dictionary<MapValue, int> lastReads = new(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < steps.Count; i++)
        {
            foreach (MapValue value in steps[i].Inputs.Concat(steps[i].Outputs))
                lastReads[value] = i;
        }

        for (int i = 0; i < steps.Count; i++)
        {
            foreach (MapValue output in steps[i].Outputs)
                plan.Place(output, batch);
            foreach (MapValue value in steps[i].Inputs.Concat(steps[i].Outputs).Distinct().Where(value => lastReads[value] == i))
                plan.PlacesOf(value).Push(plan._layouts[value].Start);
        }

        plan.Floats = checked(plan.Floats + Slack);
        return plan;
    }

    private void Place(MapValue value, int batch)
    {
        MapLayout layout = new(value, batch);
        if (PlacesOf(value).TryPop(out long start))
        {
            layout.Start = start;
        }
        else
        {
            layout.Start = Floats;
            Floats = checked(Floats + layout.Length);
        }

        _layouts.Add(value, layout);
    }

    private Stack<long> PlacesOf(MapValue value)
    {
        (int, int, int, int, int) size = (value.Channels, value.Height, value.Width, value.Border, value.Overhang);
        if (!_free.TryGetValue(size, out Stack<long>? places))
            _free[size] = places = new Stack<long>();
        return places;
    }
}

namespace Gdws.Execution.Engine;

/// <summary>A worker's part of something that is split evenly; depends on nothing but the numbers.</summary>
internal readonly record struct Share(int Start, int End)
{
    /// <summary>The part of a worker, cut at multiples of a unit.</summary>
    public static Share Of(int total, int worker, int workers, int unit = 1)
    {
        int units = (total + unit - 1) / unit;
        int start = (int)((long)units * worker / workers) * unit;
        int end = (int)((long)units * (worker + 1) / workers) * unit;
        return new Share(Math.Min(start, total), Math.Min(end, total));
    }
}

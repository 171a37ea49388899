using System.Numerics;

namespace Gdws.Torch.Attacks;

/// <summary>
/// How many images the CPU gets at once, where every image must get the same bits whatever number that is. One size is the measure. Others save time: smaller
/// ones where few images are left, larger ones since a piece costs something however small it is. Which of them add up in the same order as the measure is
/// up to libtorch and the processor. So a size is first tried: a piece is computed both ways, and the size is used from then on only if no bit differs.
/// The order doesn't depend on the numbers, and another one would show in a good part of the many thousand sums that are compared.
/// <para>
/// A try costs a piece, and while images drop out a size may never be wanted again. So it waits until its absence has cost as much.
/// </para>
/// </summary>
/// <param name="pixels">Height times width of the images: large ones are computed in few.</param>
internal sealed class PieceSizes(int pixels)
{
    /// <summary>A piece's maps should fit a processor's larger caches: 64 images of 32 by 32 pixels.</summary>
    private const int PixelsAtOnce = 64 * 32 * 32;

    private const int MostMeasure = 16;

    /// <summary>What a piece costs beyond its images, in images: measured for PreActResNet-18 on one thread, where it is mostly the rearranging of weights.</summary>
    private const int CostOfAPiece = 3;

    private readonly Lock _gate = new();
    private readonly Dictionary<(int Size, bool WithGradient), Experience> _experiences = [];

    /// <summary>The size that every other is compared with: 16 images, fewer of large ones; a power of two.</summary>
    public int Measure { get; } = Math.Clamp(1 << BitOperations.Log2((uint)Math.Max(1, PixelsAtOnce / pixels)), 1, MostMeasure);

    /// <summary>The largest size.</summary>
    public int Most => Math.Clamp(PixelsAtOnce / pixels / Measure, 1, 4) * Measure;

    private int Step => Math.Max(1, Measure / 4);

    /// <summary>Cuts a batch into pieces, so that each thread has about as much to do.</summary>
    /// <param name="images">The images.</param>
    /// <param name="threads">The threads, at least 1.</param>
    /// <param name="withGradient">Whether gradients are computed too.</param>
    public List<PiecePlan> Of(int images, int threads, bool withGradient)
    {
        List<PiecePlan> plans = [];
        int start = 0;
        for (int thread = 0; thread < threads && start < images; thread++)
        {
            int share = (images - start + threads - thread - 1) / (threads - thread);
            int end = Math.Min(images, start + ((share + Step - 1) / Step * Step));
            while (start < end)
            {
                int size = For(end - start, withGradient, out bool isTrial), count = Math.Min(size, images - start);
                plans.Add(new PiecePlan(start, count, size, isTrial));
                start += count;
            }
        }

        return plans;
    }

    /// <summary>The size of the next piece. Where it is larger than what is left the piece has to be filled up.</summary>
    /// <param name="left">The images that are left, at least 1.</param>
    /// <param name="withGradient">Whether gradients are computed too.</param>
    /// <param name="isTrial">Whether the size isn't known to give the bits of the measure: <see cref="Judge"/> wants to know.</param>
    public int For(int left, bool withGradient, out bool isTrial)
    {
        lock (_gate)
        {
            (int size, int cost) = Plan(left, size => Of(size, withGradient).IsSafe != false);
            (int safeSize, int safeCost) = Plan(left, size => Of(size, withGradient).IsSafe == true);
            Experience experience = Of(size, withGradient);
            experience.Missed += safeCost - cost;
            isTrial = experience.IsSafe is null && experience.Missed >= size;
            return isTrial ? size : safeSize;
        }
    }

    /// <summary>Notes whether a size that was tried gave the bits of the measure.</summary>
    public void Judge(int size, bool withGradient, bool isSame)
    {
        lock (_gate)
            Of(size, withGradient).IsSafe = isSame;
    }

    /// <summary>The cheapest way to cover images with pieces: the first piece, and what all cost.</summary>
    private (int First, int Cost) Plan(int left, Func<int, bool> isAllowed)
    {
        int step = Step, most = Most;
        int[] sizes = [.. Enumerable.Range(1, most / step).Select(i => i * step).Where(isAllowed)];
        (int First, int Cost)[] best = new (int, int)[((left + step - 1) / step) + 1];
        for (int steps = 1; steps < best.Length; steps++)
            best[steps] = sizes.Select(size => (size, size + CostOfAPiece + best[Math.Max(0, steps - (size / step))].Cost)).MinBy(plan => plan.Item2);
        return best[^1];
    }

    private Experience Of(int size, bool withGradient)
    {
        (int, bool) key = (size, withGradient);
        if (!_experiences.TryGetValue(key, out Experience? known))
            _experiences[key] = known = new Experience { IsSafe = size == Measure ? true : null };
        return known;
    }

    private sealed class Experience
    {
        /// <summary>Whether it gives the bits of the measure; null as long as nobody knows.</summary>
        public bool? IsSafe { get; set; }

        /// <summary>What other sizes cost more where this one would have been best, in images.</summary>
        public int Missed { get; set; }
    }
}

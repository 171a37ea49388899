using Gdws.Torch.Attacks;

namespace Gdws.Tests.Torch.Attacks;

[Collection(SteadyThreads.Name)]
public sealed class PieceSizesTests
{
    private const int Small = 32 * 32;

    private static readonly int Measure = new PieceSizes(Small).Measure;

    [Fact]
    public void ASize_IsTriedWhenItsAbsenceHasCostAsMuch()
    {
        PieceSizes sizes = new(Small);
        int left = (3 * Measure) + 1, best = (3 * Measure) + (Measure / 4);

        int waited = 0;
        for (; ; waited++)
        {
            int size = sizes.For(left, withGradient: true, out bool isTrial);
            Assert.Equal(isTrial ? best : Measure, size);
            if (isTrial)
                break;
        }

        Assert.InRange(waited, 1, 10);
        sizes.Judge(best, withGradient: true, isSame: true);
        Assert.Equal((best, false), (sizes.For(left, withGradient: true, out bool tries), tries));
        Assert.Equal((Measure, false), (sizes.For(left, withGradient: false, out tries), tries));
    }

    [Fact]
    public void ARefusedSize_GivesWayToTheNextBest()
    {
        PieceSizes sizes = new(Small);
        sizes.Judge(Measure / 4, withGradient: true, isSame: false);
        sizes.Judge(Measure / 2, withGradient: true, isSame: true);

        Assert.Equal((Measure / 2, false), (sizes.For(1, withGradient: true, out bool isTrial), isTrial));
    }

    [Fact]
    public void TheMeasureAlone_AlwaysServes()
    {
        PieceSizes sizes = Judged(size => size == Measure);

        for (int left = 1; left < 200; left++)
            Assert.Equal((Measure, false), (sizes.For(left, withGradient: true, out bool isTrial), isTrial));
    }

    [Theory]
    [InlineData(28 * 28, 16, 64)]
    [InlineData(32 * 32, 16, 64)]
    [InlineData(64 * 64, 16, 16)]
    [InlineData(96 * 96, 4, 4)]
    [InlineData(224 * 224, 1, 1)]
    [InlineData(1000 * 1000, 1, 1)]
    public void LargeImages_AreComputedInFew(int pixels, int measure, int most) =>
        Assert.Equal((measure, most), (new PieceSizes(pixels).Measure, new PieceSizes(pixels).Most));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(64)]
    public void Pieces_CoverEveryImageOnce_AndKeepAllThreadsBusy(int threads)
    {
        PieceSizes sizes = Judged(_ => true);

        for (int images = 1; images < 300; images++)
        {
            List<PiecePlan> plans = sizes.Of(images, threads, withGradient: true);
            int next = 0;
            foreach (PiecePlan plan in plans)
            {
                Assert.Equal(next, plan.Start);
                Assert.InRange(plan.Count, 1, plan.Size);
                next += plan.Count;
            }

            Assert.Equal(images, next);
            Assert.True(plans.Count >= Math.Min(threads, images / (Measure / 4)), $"{plans.Count} pieces of {images} images for {threads} threads");
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(37)]
    [InlineData(1000)]
    public void WhenAllSizesAreKnown_LittleIsFilledUp(int left)
    {
        PieceSizes sizes = Judged(_ => true);

        int computed = 0;
        while (computed < left)
            computed += sizes.For(left - computed, withGradient: true, out _);

        Assert.InRange(computed, left, left + (Measure / 4) - 1);
    }

    /// <summary>Every size was tried.</summary>
    private static PieceSizes Judged(Func<int, bool> isSame)
    {
        PieceSizes sizes = new(Small);
        for (int size = Measure / 4; size <= sizes.Most; size += Measure / 4)
            sizes.Judge(size, withGradient: true, isSame(size));
        return sizes;
    }
}

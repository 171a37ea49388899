using Gdws.Execution;

namespace Gdws.Tests.Execution;

public sealed class NaturalAccuracyTests
{
    private const int Classes = 10;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(1000)]
    public void TheResult_DoesntDependOnTheBatch(int batch)
    {
        // The network says class (number mod 10); every third image has another label.
        using FakeSession network = Sayer(i => i % Classes);
        FakeImages images = new(95, Classes, i => i % 3 == 0 ? (i + 1) % Classes : i % Classes);

        AccuracyCount count = NaturalAccuracy.Measure(network, images, batch, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(new AccuracyCount(95, 63, 95), count with { CorrectTop5 = 95 });
        Assert.Equal(100 * 63.0 / 95, count.Accuracy);
        Assert.Equal(95, network.Batches.Sum());
    }

    [Fact]
    public void TheLabelAmongTheFiveLargest_CountsForTop5()
    {
        // Logits fall from class 0 to class 9 for every image.
        using FakeSession network = new(1, Classes, (_, batch, logits) =>
        {
            for (int i = 0; i < logits.Length; i++)
                logits[i] = -(i % Classes);
        });

        AccuracyCount count = NaturalAccuracy.Measure(network, new FakeImages(100, Classes, i => i % Classes), 16, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(new AccuracyCount(100, 10, 50), count);
        Assert.Equal(50.0, count.Top5);
    }

    [Theory]
    [InlineData(new[] { 1f, 3f, 2f }, 1, 0)]
    [InlineData(new[] { 1f, 3f, 2f }, 0, 2)]
    [InlineData(new[] { 2f, 2f, 2f }, 0, 0)]
    [InlineData(new[] { 2f, 2f, 2f }, 2, 2)]
    [InlineData(new[] { float.NegativeInfinity, 0f, float.PositiveInfinity }, 2, 0)]
    public void TheRank_IsTheNumberOfClassesPreferred(float[] logits, int label, int expected) =>
        Assert.Equal(expected, NaturalAccuracy.Rank(logits, label));

    [Fact]
    public void ALogitThatIsNoNumber_IsRefusedWithTheImage()
    {
        using FakeSession network = new(1, Classes, (images, batch, logits) =>
        {
            for (int i = 0; i < batch; i++)
                logits[(i * Classes) + 4] = images[i] == 0.037f ? float.NaN : 1;
        });

        GdwsException exception = Assert.Throws<GdwsException>(
            () => NaturalAccuracy.Measure(network, new FakeImages(50, Classes, _ => 0), 10, cancellation: TestContext.Current.CancellationToken));

        Assert.Contains("image 37 is NaN", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALabelBeyondTheClasses_IsRefusedWithTheImage()
    {
        GdwsException exception = Assert.Throws<GdwsException>(() => NaturalAccuracy.Measure(
            Sayer(_ => 0), new FakeImages(50, Classes, i => i), 10, cancellation: TestContext.Current.CancellationToken));

        Assert.Contains("image 10 has the class 10", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhenCancelled_NoFurtherBatchIsRun()
    {
        using CancellationTokenSource stop = new();
        using FakeSession network = new(1, Classes, (_, _, _) => stop.Cancel());

        Assert.Throws<OperationCanceledException>(
            () => NaturalAccuracy.Measure(network, new FakeImages(100, Classes, _ => 0), 10, cancellation: stop.Token));

        Assert.Equal(1, network.Runs);
    }

    [Fact]
    public void Progress_EndsAtTheNumberOfImages()
    {
        List<int> reports = [];

        NaturalAccuracy.Measure(Sayer(_ => 0), new FakeImages(25, Classes, _ => 0), 10, new Recorder(reports), TestContext.Current.CancellationToken);

        Assert.Equal([10, 20, 25], reports);
    }

    [Fact]
    public void WhenImagesDontFit_TheMessageSaysBothSizes()
    {
        using FakeSession network = new(784, Classes);

        GdwsException exception = Assert.Throws<GdwsException>(
            () => NaturalAccuracy.Measure(network, new FakeImages(5, Classes, _ => 0), 1, cancellation: TestContext.Current.CancellationToken));

        Assert.Contains("1×1×1", exception.Message, StringComparison.Ordinal);
        Assert.Contains("784", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhenTheDataHasMoreClasses_TheMessageSaysBothNumbers()
    {
        using FakeSession network = new(1, Classes);

        GdwsException exception = Assert.Throws<GdwsException>(
            () => NaturalAccuracy.Measure(network, new FakeImages(5, 100, _ => 0), 1, cancellation: TestContext.Current.CancellationToken));

        Assert.Contains("100 classes", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhenThereAreNoImages_TheMessageSaysSo()
    {
        using FakeSession network = new(1, Classes);

        GdwsException exception = Assert.Throws<GdwsException>(
            () => NaturalAccuracy.Measure(network, new FakeImages(0, Classes, _ => 0), 1, cancellation: TestContext.Current.CancellationToken));

        Assert.Contains("no images", exception.Message, StringComparison.Ordinal);
    }

    private static FakeSession Sayer(Func<int, int> says) => new(1, Classes, (images, batch, logits) =>
    {
        for (int i = 0; i < batch; i++)
            logits[(i * Classes) + says((int)MathF.Round(images[i] * 1000))] = 1;
    });

    private sealed class Recorder(List<int> reports) : IProgress<int>
    {
        public void Report(int value) => reports.Add(value);
    }
}

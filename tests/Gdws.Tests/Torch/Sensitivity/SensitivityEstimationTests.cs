using Gdws.Onnx;
using Gdws.Torch.Attacks;
using Gdws.Torch.Sensitivity;

namespace Gdws.Tests.Torch.Sensitivity;

[Collection(SteadyThreads.Name)]
public sealed class SensitivityEstimationTests
{
    private static readonly SensitivityEstimation _exact = new() { DoublePrecision = true };

    [Theory]
    [InlineData(null, null)]
    [InlineData(1, null)]
    [InlineData(3, null)]
    [InlineData(null, 2)]
    [InlineData(2, 3)]
    public void ManyImagesAtOnce_GiveWhatALoopOverImagesAndClassesGives(int? batchSize, int? competing)
    {
        OnnxModel model = SensitiveNetworks.Varied();

        SensitivityEstimate estimate = (_exact with { BatchSize = batchSize, CompetingClasses = competing }).On(model, SensitiveNetworks.Images(7));

        Near(BruteForceSensitivity.Of(model, SensitiveNetworks.Images(7), competing), estimate, 1e-6);
    }

    [Fact]
    public void InSinglePrecision_ItIsTheSame()
    {
        OnnxModel model = SensitiveNetworks.Varied();
        TinyImages images = SensitiveNetworks.Images(5);

        Near(BruteForceSensitivity.Of(model, images), new SensitivityEstimation().On(model, images), 1e-4);
    }

    [Fact]
    public void TheNetworkOfTheseTests_TakesBothWays()
    {
        bool[] overPositions =
        [
            .. SensitiveNetworks.Varied().Convolutions.Where(layer => layer.Kind == ConvolutionKind.Dense)
                .Select(layer => WeightGradients.OverPositions(layer, 5, layer.OutputSize.Height * layer.OutputSize.Width)),
        ];

        Assert.Equal([false, false, true, true, true], overPositions);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60_000)]
    [InlineData(300_000)]
    public void WithLittleMemory_ItIsTheSame(long budget)
    {
        OnnxModel model = SensitiveNetworks.Varied();

        SensitivityEstimate estimate = (_exact with { MemoryBudget = budget }).On(model, SensitiveNetworks.Images(5));

        Near(BruteForceSensitivity.Of(model, SensitiveNetworks.Images(5)), estimate, 1e-6);
    }

    [Fact]
    public void OnlyDenseConvolutionsWithAKernel_HaveASensitivity() => Assert.Equal(
        ["first", "strided", "dilated", "few", "small"], new SensitivityEstimation().On(SensitiveNetworks.Varied(), SensitiveNetworks.Images(1)).Layers.Keys);

    [Fact]
    public void TheSameSeed_GivesTheSameBits_AnotherSeedOthers()
    {
        float[] Alpha(int seed) => new SensitivityEstimation { Attack = SensitivityEstimation.PaperAttack(seed: seed) }
            .On(SensitiveNetworks.Varied(), SensitiveNetworks.Images(3)).Layers["few"];

        Assert.Equal(Alpha(1), Alpha(1));
        Assert.NotEqual(Alpha(1), Alpha(2));
    }

    [Fact]
    public void OnAttackedImages_TheBatchSizeDoesntMatter()
    {
        SensitivityEstimation attacked = _exact with { Attack = SensitivityEstimation.PaperAttack() };
        OnnxModel model = SensitiveNetworks.Varied();

        SensitivityEstimate whole = attacked.On(model, SensitiveNetworks.Images(6));

        Dictionary<string, double[]> expected = whole.Layers.ToDictionary(l => l.Key, l => l.Value.Select(v => (double)v).ToArray());
        Near(expected, (attacked with { BatchSize = 4 }).On(model, SensitiveNetworks.Images(6)), 1e-6);
        Assert.NotEqual(whole.Layers["few"], _exact.On(model, SensitiveNetworks.Images(6)).Layers["few"]);
    }

    [Fact]
    public void ThePapersAttack_TakesAllSteps()
    {
        // The first step already changes the class; the second one makes it worse.
        OnnxModel model = TorchNetworks.Linear([1, 1, 2], [[1, -1], [-1, 1]], [0.01f, 0]);
        using Gdws.Torch.TorchNetwork network = new(model);
        using TorchSharp.torch.Tensor image = TorchNetworks.Images(network, [0.5f, 0.5f], 1);
        PgdAttack attack = SensitivityEstimation.PaperAttack() with { RandomStart = false };

        using AttackResult all = attack.Run(network, image, [0], [0], TestContext.Current.CancellationToken);
        using AttackResult first = (attack with { StopWhenBroken = true }).Run(network, image, [0], [0], TestContext.Current.CancellationToken);

        Assert.Equal([true, true], [all.Broken[0], first.Broken[0]]);
        TorchNetworks.Near([0.5f - (8f / 255), 0.5f + (8f / 255)], TorchNetworks.Values(all.Images), 1e-6);
        TorchNetworks.Near([0.5f - (2f / 255), 0.5f + (2f / 255)], TorchNetworks.Values(first.Images), 1e-6);
    }

    [Fact]
    public void ATie_CountsAsTheLeastMargin()
    {
        // Classes 0 and 1 are always equal, the others lie 1 to 4 below.
        OnnxModel model = SensitiveNetworks.OneLayer(new float[SensitiveNetworks.Classes * 18], [5, 5, 4, 3, 2, 1]);

        SensitivityEstimate estimate = (_exact with { LeastMargin = 0.25 }).On(model, SensitiveNetworks.Images(2));

        // Every margin's gradient has the same norm g², in two of the six outputs: margins 0, 1, 2, 3, 4, of which the first counts as 0.25·4 = 1.
        double g = 2 * MeanSquaredTaps(model);
        double expected = g * (1 + 1 + (1 / 4.0) + (1 / 9.0) + (1 / 16.0)) / (2 * SensitiveNetworks.Classes * 9);
        Assert.Equal(expected, estimate.Layers["conv"][0], 1e-6 * expected);
        Assert.Equal("2", estimate.Metadata["images_with_limited_margins"]);
    }

    [Fact]
    public void ImagesWithEqualLogits_CountAsZero()
    {
        OnnxModel model = SensitiveNetworks.OneLayer(new float[SensitiveNetworks.Classes * 18], new float[SensitiveNetworks.Classes]);

        SensitivityEstimate estimate = new SensitivityEstimation().On(model, SensitiveNetworks.Images(3));

        Assert.Equal([0f, 0f], estimate.Layers["conv"]);
        Assert.Equal("3", estimate.Metadata["images_with_equal_logits"]);
    }

    [Fact]
    public void ANetworkWithoutSuchConvolutions_IsRefused()
    {
        OnnxModel model = TorchNetworks.Linear([2, 12, 10], [.. Enumerable.Range(0, 6).Select(_ => new float[240])], new float[6]);

        Assert.Contains("no dense K×K convolution", Refusal(model, SensitiveNetworks.Images(1)), StringComparison.Ordinal);
    }

    [Fact]
    public void ANetworkThatGivesNaN_IsRefusedWithTheImage()
    {
        OnnxModel model = SensitiveNetworks.OneLayer(new float[SensitiveNetworks.Classes * 18], [float.NaN, 0, 0, 0, 0, 0]);

        Assert.Contains("image 0 is NaN", Refusal(model, SensitiveNetworks.Images(1)), StringComparison.Ordinal);
    }

    [Fact]
    public void ImagesOfAnotherSize_AreRefused() => Assert.Contains(
        "takes images of 2×12×10", Refusal(SensitiveNetworks.Varied(), new TinyImages(1, SensitiveNetworks.Classes, 2, 10, 12)), StringComparison.Ordinal);

    [Fact]
    public void WhenCancelled_ItEnds()
    {
        using CancellationTokenSource stop = new();
        Notes notes = new(_ => stop.Cancel());

        Assert.Throws<OperationCanceledException>(() =>
            (_exact with { BatchSize = 2 }).Run(SensitiveNetworks.Varied(), SensitiveNetworks.Images(6), null, notes, stop.Token));

        Assert.Equal([new SensitivityProgress(2, 6)], notes.All);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(1.5)]
    public void ALeastMarginThatIsNoShare_IsRefused(double margin) => Assert.Throws<GdwsException>(() => new SensitivityEstimation { LeastMargin = margin });

    private static string Refusal(OnnxModel model, TinyImages images) =>
        Assert.Throws<GdwsException>(() => new SensitivityEstimation().On(model, images)).Message;

    /// <summary>Σ over the taps of channel 0 of (the mean over positions)², on average over the two images.</summary>
    private static double MeanSquaredTaps(OnnxModel model)
    {
        TinyImages images = SensitiveNetworks.Images(2);
        double sum = 0;
        float[] pixels = new float[240];
        for (int image = 0; image < 2; image++)
        {
            images.CopyImage(image, pixels);
            foreach ((int row, int column) in from r in Enumerable.Range(0, 3) from c in Enumerable.Range(0, 3) select (r, c))
            {
                double mean = Enumerable.Range(0, 80).Average(position => pixels[((row + (position / 8)) * 10) + column + (position % 8)]);
                sum += mean * mean;
            }
        }

        Assert.Equal((10, 8), model.Convolutions[0].OutputSize);
        return sum / 2;
    }

    private static void Near(Dictionary<string, double[]> expected, SensitivityEstimate actual, double relative)
    {
        Assert.Equal(expected.Keys, actual.Layers.Keys);
        foreach ((string layer, double[] values) in expected)
        {
            Assert.Equal(values.Length, actual.Layers[layer].Length);
            for (int c = 0; c < values.Length; c++)
            {
                Assert.True(
                    Math.Abs(values[c] - actual.Layers[layer][c]) <= relative * Math.Max(values[c], 1e-3 * values.Max()),
                    $"{layer}, channel {c}: expected {values[c]}, found {actual.Layers[layer][c]}");
            }
        }
    }

    private sealed class Notes(Action<SensitivityProgress> then) : IProgress<SensitivityProgress>
    {
        public List<SensitivityProgress> All { get; } = [];

        public void Report(SensitivityProgress value)
        {
            All.Add(value);
            then(value);
        }
    }
}

using Gdws.Data;
using Gdws.Execution;
using Gdws.Onnx;
using Gdws.OnnxRuntime;
using Gdws.Planning;
using Gdws.Tests.Planning;
using Gdws.Torch;
using Gdws.Torch.Attacks;
using Gdws.Torch.Calibration;
using static TorchSharp.torch;

namespace Gdws.Tests.Torch.Calibration;

[Collection(SteadyThreads.Name)]
public sealed class CalibratorTests
{
    private static readonly CalibrationOptions _options = new()
    {
        Samples = 160,
        BatchSize = 20,
        Attack = new PgdAttack(new ThreatModel(Norm.Linf, 0.03)) { Iterations = 3 },
    };

    private static readonly Budget _half = new(BudgetKind.KernelsPerChannel, 1.5);

    public static TheoryData<CalibrationEffort> Efforts => [CalibrationEffort.Quick, CalibrationEffort.Full];

    [Fact]
    public void EveryStepOfTheRecipe_BringsTheOutputsNearer()
    {
        OnnxModel model = TinyNetworks.Residual();
        using CalibrationStatistics statistics = TinyCalibration.Collect(
            Spectra.Of(model), TinyNetworks.Images(400), _options with { Effort = CalibrationEffort.Full });
        double plain = Divergence(model, Planner.WithKernelsPerChannel(statistics.Spectra, 1.5).ApplyTo(model));

        CalibrationRecipe quick = CalibrationRecipe.Of(CalibrationEffort.Quick);
        double refit = Divergence(model, Of(quick with { Refit = RefitKind.Pointwise, SecondOrder = false }));
        double sequential = Divergence(model, Of(quick with { SequentialRounds = 0 }));
        double rounds = Divergence(model, Of(quick with { SequentialRounds = 6 }));
        double full = Divergence(model, Of(CalibrationRecipe.Of(CalibrationEffort.Full)));

        Assert.True(refit < 0.5 * plain, $"plain {plain}, refit {refit}");
        Assert.True(sequential < refit, $"refit {refit}, in sequence {sequential}");
        Assert.True(rounds < sequential, $"in sequence {sequential}, with rounds {rounds}");
        Assert.True(full < refit, $"refit {refit}, full {full}");

        OnnxModel Of(CalibrationRecipe recipe)
        {
            using Calibrator calibrator = TinyCalibration.Prepare(statistics, recipe);
            return calibrator.Within(_half).Network;
        }
    }

    [Theory]
    [MemberData(nameof(Efforts))]
    public void TheSameSeed_GivesTheSameNetworkToTheByte(CalibrationEffort effort)
    {
        CalibrationOptions options = _options with { Samples = 40, Effort = effort, Seed = 3 };
        Spectra spectra = Spectra.Of(TinyNetworks.Residual());

        byte[] one = TinyCalibration.Run(spectra, TinyNetworks.Images(), _half, options).Network.ToBytes();
        byte[] same = TinyCalibration.Run(spectra, TinyNetworks.Images(), _half, options).Network.ToBytes();
        byte[] other = TinyCalibration.Run(spectra, TinyNetworks.Images(), _half, options with { Seed = 4 }).Network.ToBytes();

        Assert.Equal(one, same);
        Assert.NotEqual(one, other);
    }

    [Theory]
    [MemberData(nameof(Efforts))]
    public void WithAllKernels_TheNetworkIsTheDenseOne(CalibrationEffort effort)
    {
        OnnxModel model = TinyNetworks.Residual();
        CalibrationRecipe recipe = CalibrationRecipe.Of(effort) with { SecondOrder = false };

        CalibrationResult result = TinyCalibration.Run(
            Spectra.Of(model), TinyNetworks.Images(), new Budget(BudgetKind.KernelsPerChannel, 9), _options with { Recipe = recipe }, always: true);

        Assert.All(result.Plan.Layers.Skip(1), layer => Assert.Equal(Math.Min(9, layer.Outputs) * layer.Inputs, layer.Kernels));
        Assert.True(Divergence(model, result.Network) < 1e-6);
    }

    [Theory]
    [MemberData(nameof(Efforts))]
    public void ABudgetOfMacs_IsKept(CalibrationEffort effort)
    {
        CalibrationResult result = TinyCalibration.Run(
            Spectra.Of(TinyNetworks.Residual()), TinyNetworks.Images(), new Budget(BudgetKind.SpeedupMacs, 1.6), _options with { Effort = effort });

        Assert.InRange((double)result.Plan.MacsBefore / result.Plan.MacsAfter, 1.6, 1.8);
        Assert.Equal(result.Plan.MacsAfter, NetworkComplexity.Of(result.Network).Macs);
    }

    [Theory]
    [MemberData(nameof(Efforts))]
    public void ABudgetOfTime_IsKeptByWhatIsPredicted(CalibrationEffort effort)
    {
        OnnxModel network = TinyNetworks.Residual();
        LatencyModel model = SyntheticLatency.Of(network, gdwsCost: 1, block: 4);
        Budget budget = new(BudgetKind.Speedup, 1.3) { Latency = model };

        CalibrationResult result = TinyCalibration.Run(Spectra.Of(network), TinyNetworks.Images(), budget, _options with { Effort = effort });

        Dictionary<string, int> kernels = result.Plan.Layers.Where(layer => layer.IsGdws).ToDictionary(layer => layer.Name, layer => layer.Kernels);
        Assert.NotEmpty(kernels);
        Assert.Equal(model.Predict(kernels), result.Plan.Latency!.MillisecondsAfter, 1e-9);
        Assert.InRange(result.Plan.Latency.MillisecondsAfter, model.Milliseconds / 1.6, model.Milliseconds / 1.3);
    }

    [Theory]
    [MemberData(nameof(Efforts))]
    public void ALargerShareOfLostVariance_NeedsFewerKernels(CalibrationEffort effort)
    {
        using CalibrationStatistics statistics = TinyCalibration.Collect(
            Spectra.Of(TinyNetworks.Residual()), TinyNetworks.Images(), _options with { Effort = effort });
        using Calibrator calibrator = TinyCalibration.Prepare(statistics);

        int[] kernels = [.. new[] { 0.001, 0.01, 0.1 }.Select(beta => calibrator.Within(new Budget(BudgetKind.Beta, beta), always: true)
            .Plan.Layers.Sum(layer => layer.Kernels))];

        Assert.Equal(kernels.OrderDescending(), kernels);
        Assert.True(kernels[2] < kernels[0]);
    }

    [Fact]
    public void TheNetwork_IsPlainOnnxThatOnnxRuntimeRunsAlike()
    {
        CalibrationResult result = Calibrate(CalibrationEffort.Full);
        IImageDataset images = TinyNetworks.Images(6);
        float[] pixels = new float[6 * images.ImageLength()], logits = new float[24];
        images.CopyBatch(0, 6, pixels, new int[6]);

        using (IEngineSession session = new OnnxRuntimeEngine().Load(result.Network, 1))
        {
            for (int i = 0; i < 6; i++)
                session.Run(pixels.AsSpan(i * images.ImageLength(), images.ImageLength()), 1, logits.AsSpan(i * 4, 4));
        }

        using TorchNetwork network = new(result.Network);
        Tensor expected = network.Forward(tensor(pixels).reshape(6, 2, 8, 7));
        Assert.True(allclose(expected, tensor(logits).reshape(6, 4), 1e-4, 1e-4));

        static CalibrationResult Calibrate(CalibrationEffort effort) => TinyCalibration.Run(
            Spectra.Of(TinyNetworks.Residual()), TinyNetworks.Images(), _half, _options with { Effort = effort });
    }

    [Fact]
    public void ThePlan_SaysWhatItWasCalibratedOn()
    {
        CalibrationResult result = TinyCalibration.Run(
            Spectra.Of(TinyNetworks.Residual()), TinyNetworks.Images(), _half, _options with { Samples = 30, Seed = 7 });

        PlanCalibration calibration = GdwsPlan.Of(result.Network)!.Calibration!;

        Assert.Equal(("smooth:images", "train", 30, 7, "quick"), (calibration.Data, calibration.Split, calibration.Images, calibration.Seed, calibration.Effort));
        Assert.Equal("pgd linf 0.03, 3 steps of 0.0075", calibration.Attack);
        Assert.Equal(result.Plan.ToJson(), GdwsPlan.FromJson(result.Plan.ToJson()).ToJson());
    }

    [Fact]
    public void ACalibratedPlan_DoesntPretendToFollowFromTheNetwork()
    {
        OnnxModel model = TinyNetworks.Residual();
        CalibrationResult result = TinyCalibration.Run(Spectra.Of(model), TinyNetworks.Images(), _half, _options with { Samples = 10 });

        Assert.Contains("calibrated", Assert.Throws<GdwsException>(() => result.Plan.ApplyTo(model)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Efforts))]
    public void OneImage_IsFewButDoesntBreakAnything(CalibrationEffort effort)
    {
        OnnxModel model = TinyNetworks.Residual();
        CalibrationOptions options = _options with { Samples = 1, Effort = effort, PositionsPerImage = 2 };
        using CalibrationStatistics statistics = TinyCalibration.Collect(Spectra.Of(model), TinyNetworks.Images(), options);
        using Calibrator calibrator = TinyCalibration.Prepare(statistics);

        Assert.Contains("few", Assert.Single(statistics.Warnings), StringComparison.Ordinal);
        Assert.True(double.IsFinite(Divergence(model, calibrator.Within(_half).Network)));
    }

    [Fact]
    public void ActivationsThatDontFitMemory_AreComputedAgain()
    {
        CalibrationOptions options = _options with { Samples = 60, Effort = CalibrationEffort.Full };
        Spectra spectra = Spectra.Of(TinyNetworks.Residual());

        byte[] kept = TinyCalibration.Run(spectra, TinyNetworks.Images(), _half, options).Network.ToBytes();
        byte[] recomputed = TinyCalibration.Run(spectra, TinyNetworks.Images(), _half, options with { ActivationMemory = 0 }).Network.ToBytes();

        Assert.Equal(kept, recomputed);
    }

    [Fact]
    public void ReleasedMoments_ChangeNothing_AndCantBeUsedAgain()
    {
        using CalibrationStatistics statistics = TinyCalibration.Collect(Spectra.Of(TinyNetworks.Residual()), TinyNetworks.Images(), _options);
        using Calibrator keeping = TinyCalibration.Prepare(statistics);
        using Calibrator releasing = new(statistics, releaseMoments: true, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(keeping.Within(_half).Network.ToBytes(), releasing.Within(_half).Network.ToBytes());
        Assert.Throws<ObjectDisposedException>(() => TinyCalibration.Prepare(statistics));
    }

    [Fact]
    public void ACancelledCalibration_Stops()
    {
        using CancellationTokenSource source = new();
        source.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => Calibrator.Run(
            Spectra.Of(TinyNetworks.Residual()), TinyNetworks.Images(), _half, _options, cancellation: source.Token));
    }

    [Fact]
    public void ImagesOfAnotherSize_AreRefused()
    {
        IImageDataset images = new Execution.FakeImages(4, 4, i => i);

        Assert.Contains(
            "2×8×7",
            Assert.Throws<GdwsException>(() => TinyCalibration.Run(Spectra.Of(TinyNetworks.Residual()), images, _half, _options)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void TheFittedLayers_AreNeverWorseOnTheirImagesThanBefore()
    {
        OnnxModel model = TinyNetworks.Residual();
        CalibrationOptions options = _options with { Samples = 80, PositionsPerImage = 1000, Effort = CalibrationEffort.Full };
        using CalibrationStatistics statistics = TinyCalibration.Collect(Spectra.Of(model), TinyNetworks.Images(80), options);
        CalibrationRecipe recipe = CalibrationRecipe.Of(CalibrationEffort.Full) with { DifferenceWeight = 0, SkipCorrection = false };
        using Calibrator pointwise = TinyCalibration.Prepare(statistics, recipe with { Refit = RefitKind.Pointwise });
        using Calibrator sequential = TinyCalibration.Prepare(statistics, recipe);

        double before = LastError(statistics, pointwise.Within(_half).Network);
        double after = LastError(statistics, sequential.Within(_half).Network);

        Assert.True(after < before, $"{after} after {before}");
    }

    [Fact]
    public void RoundsInSequence_BringTheLastLayerNearerStill()
    {
        OnnxModel model = TinyNetworks.Residual();
        CalibrationOptions options = _options with { Samples = 80, PositionsPerImage = 1000 };
        using CalibrationStatistics statistics = TinyCalibration.Collect(Spectra.Of(model), TinyNetworks.Images(80), options);
        CalibrationRecipe recipe = CalibrationRecipe.Of(CalibrationEffort.Quick) with { DifferenceWeight = 0, OutputWeights = OutputWeighting.None };
        double[] errors =
        [
            .. new[] { 0, 1, 6 }.Select(rounds =>
            {
                using Calibrator calibrator = TinyCalibration.Prepare(statistics, recipe with { SequentialRounds = rounds });
                return LastError(statistics, calibrator.Within(_half).Network);
            }),
        ];

        Assert.True(errors[1] < errors[0] && errors[2] < errors[1], string.Join(' ', errors));
    }

    [Fact]
    public void WhatTheRestOfTheNetworkDoesntSee_CostsNothing()
    {
        OnnxModel model = TinyNetworks.OneDirection();
        CalibrationOptions options = _options with { PositionsPerImage = 1000 };
        using CalibrationStatistics statistics = TinyCalibration.Collect(Spectra.Of(model), TinyNetworks.Images(400), options);
        CalibrationRecipe recipe = CalibrationRecipe.Of(CalibrationEffort.Quick) with { DifferenceWeight = 0, CoherenceWeight = 0 };
        Budget one = new(BudgetKind.KernelsPerChannel, 1);

        double separate = Divergence(model, Of(recipe with { OutputWeights = OutputWeighting.Diagonal }));
        double together = Divergence(model, Of(recipe));
        double coherent = Divergence(model, Of(recipe with { OutputWeights = OutputWeighting.Diagonal, CoherenceWeight = 0.5 }));

        Assert.True(together < 0.5 * separate, $"outputs by themselves {separate}, together {together}");
        Assert.True(coherent < 0.5 * separate, $"positions by themselves {separate}, together {coherent}");

        OnnxModel Of(CalibrationRecipe part)
        {
            using Calibrator calibrator = TinyCalibration.Prepare(statistics, part);
            return calibrator.Within(one, always: true).Network;
        }
    }

    /// <summary>The mean squared error of the last convolution's outputs.</summary>
    private static double LastError(CalibrationStatistics statistics, OnnxModel network)
    {
        using TorchNetwork approximated = new(network, options: new TorchNetworkOptions { FoldBatchNormalization = false });
        return statistics.Images.Batches.Average(batch =>
        {
            using TorchRun one = statistics.Dense.Start(batch), other = approximated.Start(batch);
            return (one.Value("d") - other.Value("d")).square().mean().item<float>();
        });
    }

    private static double Divergence(OnnxModel model, OnnxModel other)
    {
        IImageDataset images = TinyNetworks.Images(64);
        float[] pixels = new float[64 * images.ImageLength()];
        images.CopyBatch(0, 64, pixels, new int[64]);
        using TorchNetwork first = new(model), second = new(other);
        using IDisposable noGradients = no_grad();
        Tensor batch = tensor(pixels).reshape(64, 2, 8, 7);
        return OutputDivergence.Of(first.Forward(batch), second.Forward(batch));
    }
}

using Gdws.Torch.Attacks;
using Gdws.Torch.Training;

namespace Gdws.Tests.Torch.Training;

[Collection(SteadyThreads.Name)]
public sealed class TrainerTests
{
    private static readonly ThreatModel Linf = new(Norm.Linf, 0.1);

    public static TheoryData<string> Methods => ["natural", "pgd", "fast", "trades", "msd"];

    private static TrainingMethod Method(string name) => name switch
    {
        "natural" => new NaturalTraining(),
        "pgd" => new PgdTraining(Linf) { Iterations = 3 },
        "fast" => new FastTraining(Linf),
        "trades" => new TradesTraining(Linf) { Iterations = 3 },
        _ => new MsdTraining(Linf, new(Norm.L2, 0.4), new(Norm.L1, 1)) { Iterations = 3 },
    };

    private static TrainingOptions Options(string method) => new(Method(method))
    {
        Epochs = 3,
        BatchSize = 20,
        Schedule = new(LearningRateKind.Cosine, 0.05),
        Augmentation = Augmentation.None,
        Seed = 5,
    };

    [Theory]
    [MemberData(nameof(Methods))]
    public void ASeparableProblem_IsLearnt(string method)
    {
        using TrainableNetwork network = new(ToyNetworks.WithBatchNormalization());
        Trainer trainer = new(network, new StripedImages(200), Options(method) with { Epochs = 8 }) { Validation = new StripedImages(60, firstImage: 300) };

        TrainingResult result = trainer.Run(cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(8, result.Epochs.Count);
        Assert.Equal(60, result.Best.Validation!.Natural);
        Assert.True(result.Epochs[^1].Loss < result.Epochs[0].Loss);
        if (method == "natural")
            Assert.Null(result.Best.Validation.Robust);
        else
            Assert.InRange(result.Best.Validation.Robust!.Value, 55, 60);
    }

    [Theory]
    [InlineData("pgd")]
    [InlineData("trades")]
    [InlineData("msd")]
    public void TheSameSeed_GivesTheSameFile(string method)
    {
        byte[] first = Trained(Options(method)), second = Trained(Options(method)), other = Trained(Options(method) with { Seed = 6 });

        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
    }

    [Theory]
    [InlineData("trades")]
    [InlineData("msd")]
    public void ATrainingThatWasStopped_GoesOnToTheSameBits(string method)
    {
        using TemporaryFolder folder = new();
        TrainingOptions options = Options(method) with { AverageDecay = 0.9, Augmentation = Augmentation.CropAndFlip };
        byte[] expected = Trained(options);

        // Stopped in the middle of an epoch, just before its end, and between two.
        int resumed = 0;
        byte[]? found = null;
        foreach (int stopAt in (int[])[3, 4, 5, 12, int.MaxValue])
        {
            using TrainableNetwork network = new(ToyNetworks.WithBatchNormalization());
            using CancellationTokenSource stop = new();
            Trainer trainer = new(network, new StripedImages(100), options)
            {
                Validation = new StripedImages(30, firstImage: 300),
                Checkpoint = folder["training.safetensors"],
                Resumes = resumed++ > 0,
            };
            try
            {
                trainer.Run(new Stopping(stop, stopAt), stop.Token);
                found = network.ToModel().ToBytes();
            }
            catch (OperationCanceledException)
            {
            }
        }

        Assert.Equal(5, resumed);
        Assert.Equal(expected, found);
    }

    private static byte[] Trained(TrainingOptions options)
    {
        using TrainableNetwork network = new(ToyNetworks.WithBatchNormalization());
        new Trainer(network, new StripedImages(100), options) { Validation = new StripedImages(30, firstImage: 300) }
            .Run(cancellation: TestContext.Current.CancellationToken);
        return network.ToModel().ToBytes();
    }

    private sealed class Stopping(CancellationTokenSource stop, int at) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value is { IsValidation: false } && value.Done == at)
                stop.Cancel();
        }
    }
}

using Gdws.Torch.Attacks;
using Gdws.Torch.Training;
using Tensor = TorchSharp.torch.Tensor;

namespace Gdws.Tests.Torch.Training;

/// <summary>Counts the tensors of the whole process, since several threads make them, so no other test may run beside it.</summary>
[Collection(SteadyThreads.Name)]
public sealed class TrainerMemoryTests
{
    [Fact]
    public void Training_LeavesNoTensorsBehind()
    {
        using TrainableNetwork network = new(ToyNetworks.WithBatchNormalization());
        List<long> living = [];
        ThreatModel[] threats = [new(Norm.Linf, 0.1), new(Norm.L2, 0.5), new(Norm.L1, 2)];
        TrainingOptions options = new(new MsdTraining(threats) { Iterations = 2 })
        {
            Epochs = 5,
            BatchSize = 20,
            Schedule = new(LearningRateKind.Constant, 0.05),
            AverageDecay = 0.9,
        };
        Trainer trainer = new(network, new StripedImages(60), options)
        {
            Validation = new StripedImages(20, firstImage: 300),
            EpochEnded = _ => living.Add(Tensor.TotalCount),
        };

        // Tensors that other tests dropped without disposing them would be counted out at some moment of this one.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        _ = trainer.Run(cancellation: TestContext.Current.CancellationToken);

        // The first better epoch takes room for the best weights.
        Assert.Equal(living[^2], living[^1]);
        Assert.InRange(living[^1] - living[0], 0, network.Parameters.Count + network.Statistics.Count);
    }
}

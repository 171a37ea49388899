using Gdws.Onnx;
using Gdws.Tests.Torch.Training;
using Gdws.Torch.Attacks;
using Gdws.Torch.Pruning;
using Gdws.Torch.Training;

namespace Gdws.Tests.Torch.Pruning;

[Collection(SteadyThreads.Name)]
public sealed class PrunerTests
{
    private static TrainingOptions Training(int epochs = 4) => new(new PgdTraining(new ThreatModel(Norm.Linf, 0.05)) { Iterations = 2 })
    {
        Epochs = epochs,
        BatchSize = 20,
        Schedule = new(LearningRateKind.Cosine, 0.05),
        Seed = 3,
    };

    /// <summary>Pruning begins with a network that knows its task.</summary>
    private static readonly Lazy<OnnxModel> Trained = new(() =>
    {
        using TrainableNetwork network = new(ToyNetworks.WithBatchNormalization());
        Trainer trainer = new(network, new StripedImages(100), Training(8));
        return trainer.ToModel(trainer.Run());
    });

    public static TheoryData<PruningMethod, PruningStructure> Ways
    {
        get
        {
            TheoryData<PruningMethod, PruningStructure> ways = [];
            foreach (PruningMethod method in Enum.GetValues<PruningMethod>())
            {
                foreach (PruningStructure structure in Enum.GetValues<PruningStructure>())
                    ways.Add(method, structure);
            }

            return ways;
        }
    }

    private static PruningResult Prune(PruningMethod method, PruningStructure structure, double ratio = 0.5) =>
        new Pruner(
            Trained.Value,
            new StripedImages(100),
            new PruningOptions(method, ratio, Training()) { Structure = structure, SearchEpochs = 4, SearchRate = 0.05, Rounds = 2 })
        { Validation = new StripedImages(30, firstImage: 300) }.Run(cancellation: TestContext.Current.CancellationToken);

    [Theory]
    [MemberData(nameof(Ways))]
    public void WhatIsLeft_IsTheShareAskedForAndLearnsTheTask(PruningMethod method, PruningStructure structure)
    {
        PruningResult result = Prune(method, structure);

        Assert.All(result.Layers, layer => Assert.Equal(layer.Weights / 2, layer.Kept, 4.0));
        Assert.Equal(2.0, result.SizeRatio, 0.3);
        Assert.InRange(result.Stages[^1].Training.Best.Validation!.Natural, 28, 30);
        Assert.NotNull(result.Network.Metadata("gdws.pruning"));
        foreach (PrunedLayer layer in result.Layers)
        {
            float[] weights = result.Network.Constant(layer.Name)!.ToSingles();
            Assert.True(weights.Count(weight => weight != 0) <= layer.Kept, layer.Name);
        }
    }

    [Theory]
    [InlineData(PruningMethod.Hydra)]
    [InlineData(PruningMethod.Admm)]
    public void TheSameSeed_GivesTheSameFile(PruningMethod method) =>
        Assert.Equal(Prune(method, PruningStructure.Irregular).Network.ToBytes(), Prune(method, PruningStructure.Irregular).Network.ToBytes());

    [Fact]
    public void ASearchForScores_LeavesTheWeightsAsTheyWere()
    {
        OnnxModel model = ToyNetworks.WithBatchNormalization();
        PruningOptions options = new(PruningMethod.Hydra, 0.5, Training(1) with { Schedule = new(LearningRateKind.Constant, 1e-30), WeightDecay = 0 }) { SearchEpochs = 3 };

        PruningResult result = new Pruner(model, new StripedImages(60), options).Run(cancellation: TestContext.Current.CancellationToken);

        float[] before = model.Constant("conv.weight")!.ToSingles(), after = result.Network.Constant("conv.weight")!.ToSingles();
        Assert.All(before.Zip(after), pair => Assert.True(pair.Second == 0 || pair.First == pair.Second));
    }

    [Fact]
    public void RemovedFilters_MakeTheNetworkSmallerAndNothingElse()
    {
        PruningResult result = Prune(PruningMethod.Magnitude, PruningStructure.Filter);

        Assert.Equal(2, result.RemovedChannels);
        Assert.Equal([2, 1, 3, 3], result.Network.Constant("conv.weight")!.Shape());
        Assert.Equal([3, 32], result.Network.Constant("fc.weight")!.Shape());
        Assert.True(NetworkComplexity.Of(result.Network).Macs < NetworkComplexity.Of(ToyNetworks.WithBatchNormalization()).Macs);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-0.1)]
    [InlineData(95)]
    [InlineData(double.NaN)]
    public void ARatioOutOfRange_IsRefused(double ratio) =>
        Assert.Contains("above 0 and below 1", Assert.Throws<GdwsException>(() => new PruningOptions(PruningMethod.Hydra, ratio, Training())).Message, StringComparison.Ordinal);

    [Fact]
    public void DataOfAnotherShape_IsRefusedBeforeAnythingIsTrained()
    {
        Pruner pruner = new(ToyNetworks.WithBatchNormalization(), new StripedImages(40, height: 8), new PruningOptions(PruningMethod.Hydra, 0.5, Training()));
        Assert.Contains("6", Assert.Throws<GdwsException>(() => pruner.Run(cancellation: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }
}

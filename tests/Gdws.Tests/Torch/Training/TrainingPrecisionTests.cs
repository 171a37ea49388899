using Gdws.Torch.Attacks;
using Gdws.Torch.Training;
using TorchSharp;
using static Gdws.Tests.Torch.TorchNetworks;
using Tensor = TorchSharp.torch.Tensor;

namespace Gdws.Tests.Torch.Training;

public sealed class TrainingPrecisionTests
{
    [Fact]
    public void InBfloat16_LogitsAndGradientsAreAlmostTheSame_AndAreSingle()
    {
        using TrainableNetwork network = new(ToyNetworks.WithBatchNormalization());
        using Tensor images = torch.tensor(Random(8 * 36, 1, 0)).reshape(8, 1, 6, 6);
        (float[] logits, float[] gradient) = Differentiate(network, images);

        network.Products = torch.ScalarType.BFloat16;
        (float[] rounded, float[] roundedGradient) = Differentiate(network, images);

        Near(logits, rounded, 0.02 * logits.Max(Math.Abs));
        Near(gradient, roundedGradient, 0.03 * gradient.Max(Math.Abs));
        Assert.NotEqual(logits, rounded);
    }

    [Fact]
    public void ATrainingInBfloat16_Learns_AndMeasuresInSinglePrecision()
    {
        using TrainableNetwork network = new(ToyNetworks.WithBatchNormalization());
        TrainingOptions options = new(new PgdTraining(new(Norm.Linf, 0.1)) { Iterations = 2 })
        {
            Epochs = 6,
            BatchSize = 20,
            Schedule = new(LearningRateKind.Cosine, 0.05),
            Precision = TrainingPrecision.Bfloat16,
        };
        Trainer trainer = new(network, new StripedImages(200), options) { Validation = new StripedImages(60, firstImage: 300) };

        TrainingResult result = trainer.Run(cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(60, result.Best.Validation!.Natural);
        Assert.Null(network.Products);
        Assert.Equal("bf16", options.Describe()["precision"]);
    }

    private static (float[] Logits, float[] Gradient) Differentiate(TrainableNetwork network, Tensor images)
    {
        using Tensor logits = network.Network.Forward(images);
        Assert.Equal(torch.ScalarType.Float32, logits.dtype);
        return (Values(logits), Values(torch.autograd.grad([logits.pow(2).sum()], [network["conv.weight"].Value])[0]));
    }
}

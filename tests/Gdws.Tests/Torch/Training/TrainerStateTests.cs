using Gdws.Torch;
using Gdws.Torch.Attacks;
using Gdws.Torch.Training;
using TorchSharp;
using static Gdws.Tests.Torch.TorchNetworks;
using Tensor = TorchSharp.torch.Tensor;

namespace Gdws.Tests.Torch.Training;

/// <summary>What a training keeps, stops for and leaves behind.</summary>
public sealed class TrainerStateTests
{
    private static readonly TrainingOptions Options = new(new NaturalTraining())
    {
        Epochs = 3,
        BatchSize = 20,
        Schedule = new(LearningRateKind.Constant, 0.05),
    };

    public TrainerStateTests() => TorchRuntime.Initialize();

    [Fact]
    public void ALossThatIsNoNumber_StopsAndKeepsTheLastGoodCheckpoint()
    {
        using TemporaryFolder folder = new();
        using TrainableNetwork network = new(ToyNetworks.Linear());
        int steps = 0;
        byte[] good = [];
        Trainer trainer = new(network, new StripedImages(100), Options)
        {
            Checkpoint = folder["kept.safetensors"],
            Penalty = () =>
            {
                good = steps == 7 ? File.ReadAllBytes(folder["kept.safetensors"]) : good;
                return torch.tensor(steps++ == 7 ? float.NaN : 0);
            },
        };

        string message = Assert.Throws<GdwsException>(() => Run(trainer)).Message;

        Assert.Contains("the loss is NaN in epoch 2 of 3, step 3 of 5; ", message, StringComparison.Ordinal);
        Assert.Contains("kept.safetensors holds the last good state", message, StringComparison.Ordinal);
        Assert.NotEmpty(good);
        Assert.Equal(good, File.ReadAllBytes(folder["kept.safetensors"]));
        Assert.All(network.Parameters, p => Assert.DoesNotContain(float.NaN, Values(p.Value)));
    }

    [Fact]
    public void TheBestEpochOnImagesHeldOut_BecomesTheResult()
    {
        using TrainableNetwork network = new(ToyNetworks.Linear());
        List<(int Right, float[] Weights)> epochs = [];
        Trainer? trainer = null;
        trainer = new(network, new StripedImages(100), Options with { Epochs = 6 })
        {
            Validation = new StripedImages(60, firstImage: 300),

            // From the third epoch on the weights are spoilt a little more after each.
            EpochEnded = epoch =>
            {
                epochs.Add((epoch.Validation!.Natural, Values(network["w"].Value)));
                using IDisposable noGradients = torch.no_grad();
                if (epoch.Epoch >= 3)
                    network["w"].Value.mul_(-2f);
            },
        };

        TrainingResult result = Run(trainer);

        int best = epochs.Max(e => e.Right);
        Assert.Equal(best, result.Best.Validation!.Natural);
        Assert.Equal(epochs.FindIndex(e => e.Right == best) + 1, result.Best.Epoch);
        Assert.Equal(epochs[result.Best.Epoch - 1].Weights, Values(network["w"].Value));
        Assert.True(epochs[^1].Right < best);
    }

    [Fact]
    public void Patience_EndsATrainingThatGetsNoBetter()
    {
        using TrainableNetwork network = new(ToyNetworks.Linear());
        Trainer trainer = new(network, new StripedImages(100), Options with { Epochs = 50, Patience = 2, Schedule = new(LearningRateKind.Constant, 0.2) })
        {
            Validation = new StripedImages(30, firstImage: 300),
        };

        TrainingResult result = Run(trainer);

        Assert.True(result.IsStoppedEarly);
        Assert.Equal(result.Best.Epoch + 2, result.Epochs.Count);
    }

    [Fact]
    public void Descent_IsThatOfTheDefinition()
    {
        using TrainableNetwork network = new(ToyNetworks.Linear());
        using StochasticGradientDescent descent = new(0.9, 0.01);
        double[] weight = [.. Values(network["w"].Value).Select(v => (double)v)];
        double[] bias = new double[3], velocity = new double[108], biasVelocity = new double[3];
        Random random = new(4);
        for (int step = 0; step < 5; step++)
        {
            float[] gradient = Random(108, 10 + step), biasGradient = Random(3, 20 + step);
            using Tensor first = torch.tensor(gradient).reshape(3, 36), second = torch.tensor(biasGradient);
            descent.Step([network["w"], network["b"]], [first, second], 0.1);
            for (int i = 0; i < 108; i++)
                weight[i] -= 0.1 * (velocity[i] = (0.9 * velocity[i]) + gradient[i] + (0.01 * weight[i]));
            for (int i = 0; i < 3; i++)
                bias[i] -= 0.1 * (biasVelocity[i] = (0.9 * biasVelocity[i]) + biasGradient[i]);
        }

        Near([.. weight.Select(v => (float)v)], Values(network["w"].Value));
        Near([.. bias.Select(v => (float)v)], Values(network["b"].Value));
    }

    [Fact]
    public void TheAverage_IsExponential_AndComesBackBitByBit()
    {
        using TrainableNetwork network = new(ToyNetworks.Linear());
        using WeightAverage average = new(network, 0.5);
        float[] expected = Values(network["w"].Value);
        for (int step = 0; step < 20; step++)
        {
            using (torch.no_grad())
                network["w"].Value.add_(0.1f);
            average.Update(step);
            float kept = (float)Math.Min(0.5, (1.0 + step) / (10 + step));
            float[] now = Values(network["w"].Value);
            expected = [.. expected.Zip(now, (old, value) => (kept * old) + ((1 - kept) * value))];
        }

        float[] before = Values(network["w"].Value);
        Near(expected, Values(average.Values["w"]), 1e-5);
        average.Exchange();
        Near(expected, Values(network["w"].Value), 1e-5);
        average.Exchange();
        Assert.Equal(before, Values(network["w"].Value));
    }

    [Theory]
    [InlineData(LearningRateKind.Constant, 1, 1, 1, 1)]
    [InlineData(LearningRateKind.Piecewise, 1, 1, 0.1, 0.01)]
    [InlineData(LearningRateKind.Cosine, 1, 0.853553, 0.5, 0)]
    [InlineData(LearningRateKind.Cyclic, 0, 0.625, 0.833333, 0)]
    public void Schedules_HaveTheirCourse(LearningRateKind kind, double atStart, double atQuarter, double atHalf, double atEnd)
    {
        LearningRateSchedule schedule = new(kind, 0.2);

        Assert.Equal(0.2 * atStart, schedule.RateAt(0), 1e-6);
        Assert.Equal(0.2 * atQuarter, schedule.RateAt(0.25), 1e-6);
        Assert.Equal(0.2 * atHalf, schedule.RateAt(0.5), 1e-6);
        Assert.Equal(0.2 * atEnd, schedule.RateAt(1), 1e-6);
    }

    [Fact]
    public void AnEpoch_TakesEveryImageOnce_InAnotherOrderEachTime()
    {
        TrainingBatches batches = new(new StripedImages(47), Options, torch.CPU);

        int[] first = [.. Enumerable.Range(0, batches.Steps).SelectMany(step => batches.IndicesOf(0, step))];
        int[] second = [.. Enumerable.Range(0, batches.Steps).SelectMany(step => batches.IndicesOf(1, step))];

        Assert.Equal((2, 40, 40), (batches.Steps, first.Length, first.Distinct().Count()));
        Assert.NotEqual(first, second);
        Assert.NotEqual(first.Order(), second.Order());
    }

    [Fact]
    public void AShiftedImage_IsBlackWhereNothingWas()
    {
        float[] image = [1, 2, 3, 4, 5, 6], moved = new float[6];

        AugmentedImage.Move(image, moved, 2, 3, 1, -1, mirrored: false);
        Assert.Equal([0, 0, 0, 2, 3, 0], moved);
        AugmentedImage.Move(image, moved, 2, 3, -1, 1, mirrored: true);
        Assert.Equal([5, 4, 0, 0, 0, 0], moved);
        AugmentedImage.Move(image, moved, 2, 3, 0, 0, mirrored: true);
        Assert.Equal([3, 2, 1, 6, 5, 4], moved);
    }

    [Theory]
    [InlineData("epochs")]
    [InlineData("momentum")]
    [InlineData("weight decay")]
    [InlineData("learning rate")]
    [InlineData("iterations")]
    [InlineData("step")]
    public void ASettingOutOfRange_IsNamed(string what)
    {
        ThreatModel threat = new(Norm.Linf, 0.1);
        GdwsException exception = Assert.Throws<GdwsException>(() => _ = (object)(what switch
        {
            "epochs" => Options with { Epochs = 0 },
            "momentum" => Options with { Momentum = 1 },
            "weight decay" => Options with { WeightDecay = double.NaN },
            "learning rate" => new LearningRateSchedule(LearningRateKind.Cosine, 0),
            "iterations" => new PgdTraining(threat) { Iterations = 0 },
            _ => new TradesTraining(threat) { Step = -1 },
        }));

        Assert.Contains(what, exception.Message, StringComparison.Ordinal);
    }

    private static TrainingResult Run(Trainer trainer) => trainer.Run(cancellation: TestContext.Current.CancellationToken);
}

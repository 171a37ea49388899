using Gdws.Torch;
using Gdws.Torch.Attacks;
using Gdws.Torch.Training;
using TorchSharp;
using static Gdws.Tests.Torch.TorchNetworks;
using Tensor = TorchSharp.torch.Tensor;

namespace Gdws.Tests.Torch.Training;

/// <summary>The parts of the losses, and where the attacks inside them may go.</summary>
public sealed class TrainingLossTests
{
    private const int Length = 36;

    public TrainingLossTests() => TorchRuntime.Initialize();

    public static TheoryData<Norm, double> Threats => new() { { Norm.Linf, 0.1 }, { Norm.L2, 0.6 }, { Norm.L1, 2 } };

    [Fact]
    public void Divergence_IsTheSumOverImagesAndClasses()
    {
        float[] logits = Random(12, 1, -3, 3), others = Random(12, 2, -3, 3);
        using Tensor first = torch.tensor(logits).reshape(4, 3), second = torch.tensor(others).reshape(4, 3);
        using Tensor probabilities = torch.nn.functional.softmax(first, 1);

        using Tensor found = TrainingLoss.Divergence(probabilities, second);

        double expected = 0;
        for (int row = 0; row < 4; row++)
        {
            double[] p = Softmax(logits[(row * 3)..][..3]), q = Softmax(others[(row * 3)..][..3]);
            expected += p.Zip(q, (a, b) => a * Math.Log(a / b)).Sum();
        }

        Assert.Equal(expected, found.item<float>(), 1e-5);
    }

    [Fact]
    public void Trades_IsCrossEntropyPlusBetaTimesTheMeanDivergence()
    {
        using TrainableNetwork network = new(ToyNetworks.Linear());
        using TrainingBatch batch = Batch(8);
        TradesTraining method = new(new(Norm.Linf, 0.1)) { Beta = 2.5 };
        using TrainingLoss loss = method.LossOf(network, batch, 0);
        float[] natural = Values(loss.Natural!), robust = Values(loss.Robust!);

        double expected = 0;
        for (int row = 0; row < 8; row++)
        {
            double[] p = Softmax(natural[(row * 3)..][..3]), q = Softmax(robust[(row * 3)..][..3]);
            expected += (-Math.Log(p[row % 3]) + (2.5 * p.Zip(q, (a, b) => a * Math.Log(a / b)).Sum())) / 8;
        }

        Assert.Equal(expected, loss.Value.item<float>(), 1e-4);
        Assert.NotEqual(natural, robust);
    }

    [Fact]
    public void SmoothedLabels_ShareTheirPartEvenly()
    {
        using TrainableNetwork network = new(ToyNetworks.Linear());
        using TrainingBatch batch = Batch(4);
        using TrainingLoss loss = new NaturalTraining().LossOf(network, batch, 0.3);
        float[] logits = Values(loss.Natural!);

        double expected = Enumerable.Range(0, 4).Sum(row =>
            -Softmax(logits[(row * 3)..][..3]).Select((p, c) => ((c == row % 3 ? 0.7 : 0) + 0.1) * Math.Log(p)).Sum()) / 4;

        Assert.Equal(expected, loss.Value.item<float>(), 1e-5);
    }

    [Theory]
    [MemberData(nameof(Threats))]
    public void TheTradesSearch_StaysInsideBallAndBox_AndRaisesTheDivergence(Norm norm, double epsilon)
    {
        using TrainableNetwork network = new(ToyNetworks.WithBatchNormalization());
        using TrainingBatch batch = Batch(16);
        ThreatModel threat = new(norm, epsilon);
        TradesTraining method = new(threat);

        using Tensor perturbed = method.Perturb(network.Network, batch);

        RequireInside(batch, perturbed, threat);
        using Tensor clean = network.Network.Forward(batch.Images);
        using Tensor probabilities = torch.nn.functional.softmax(clean, 1);
        using Tensor there = TrainingLoss.Divergence(probabilities, network.Network.Forward(perturbed));
        using Tensor beside = TrainingLoss.Divergence(probabilities, network.Network.Forward(batch.Images + batch.Gaussian(0.001).to(torch.ScalarType.Float32)));
        Assert.True(there.item<float>() > 10 * beside.item<float>());
    }

    [Fact]
    public void SteepestDescent_StaysInTheUnionOfTheBalls_AndFindsNoLessThanEachNormAlone()
    {
        using TrainableNetwork network = new(ToyNetworks.WithBatchNormalization());
        using TrainingBatch batch = Batch(24);
        ThreatModel[] threats = [new(Norm.Linf, 0.1), new(Norm.L2, 0.6), new(Norm.L1, 2)];

        using Tensor perturbed = new SteepestDescent(threats, 10, 0.5).Perturb(network.Network, batch);

        float[] clean = Values(batch.Images), found = Values(perturbed);
        Assert.All(found, value => Assert.InRange(value, 0, 1));
        int[] used = new int[3];
        for (int i = 0; i < 24; i++)
        {
            bool[] inside = [.. threats.Select(t => t.Distance(clean.AsSpan(i * Length, Length), found.AsSpan(i * Length, Length)) <= t.Epsilon + 1e-6)];
            Assert.Contains(true, inside);
            for (int t = 0; t < 3; t++)
                used[t] += inside[t] ? 1 : 0;
        }

        double union = Loss(network, batch, perturbed);
        foreach (ThreatModel threat in threats)
        {
            using Tensor alone = new SteepestDescent([threat], 10, 0.5).Perturb(network.Network, batch);
            RequireInside(batch, alone, threat);
            Assert.True(union >= 0.97 * Loss(network, batch, alone), $"{threat}: {Loss(network, batch, alone)} > {union}");
        }

        Assert.True(used.Count(count => count > 0) > 1, $"norms used: {string.Join(", ", used)}");
    }

    [Fact]
    public void TheLossOfSteepestDescent_OnlyGrowsWithMoreSteps()
    {
        using TrainableNetwork network = new(ToyNetworks.WithBatchNormalization());
        using TrainingBatch batch = Batch(12);
        ThreatModel[] threats = [new(Norm.Linf, 0.1), new(Norm.L2, 0.6)];
        double last = double.NegativeInfinity;
        foreach (int iterations in (int[])[1, 2, 4, 8])
        {
            using Tensor perturbed = new SteepestDescent(threats, iterations, 0.3).Perturb(network.Network, batch);
            double loss = Loss(network, batch, perturbed);
            Assert.True(loss >= last - 1e-5, $"{loss} after {iterations} steps, {last} before");
            last = loss;
        }
    }

    [Fact]
    public void AttacksInATraining_LeaveTheRunningStatistics()
    {
        using TrainableNetwork network = new(ToyNetworks.WithBatchNormalization());
        using TrainingBatch batch = Batch(6);

        using Tensor perturbed = new TradesTraining(new(Norm.Linf, 0.1)).Perturb(network.Network, batch);

        Assert.Equal(new float[4], Values(network.Statistics["bn.running_mean"]));
    }

    private static TrainingBatch Batch(int count) => new(
        torch.tensor(Random(count * Length, 3, 0)).reshape(count, 1, 6, 6),
        torch.tensor([.. Enumerable.Range(0, count).Select(i => (long)(i % 3))]),
        [.. Enumerable.Range(0, count)],
        seed: 1,
        epoch: 0,
        step: 0);

    private static double Loss(TrainableNetwork network, TrainingBatch batch, Tensor images) =>
        batch.CrossEntropySum(network.Network.Forward(images)).item<float>();

    private static void RequireInside(TrainingBatch batch, Tensor perturbed, ThreatModel threat)
    {
        float[] clean = Values(batch.Images), found = Values(perturbed);
        Assert.All(found, value => Assert.InRange(value, 0, 1));
        for (int i = 0; i < batch.Indices.Length; i++)
        {
            double distance = threat.Distance(clean.AsSpan(i * Length, Length), found.AsSpan(i * Length, Length));
            Assert.True(distance <= threat.Epsilon + 1e-6, $"{distance} > {threat.Epsilon}");
        }
    }

    private static double[] Softmax(float[] logits)
    {
        double[] powers = [.. logits.Select(z => Math.Exp(z))];
        return [.. powers.Select(p => p / powers.Sum())];
    }
}

using Gdws.Torch;
using Gdws.Torch.Pruning;
using TorchSharp;

namespace Gdws.Tests.Torch.Pruning;

public sealed class HydraScoresTests
{
    public HydraScoresTests() => TorchRuntime.Initialize();

    [Fact]
    public void TheFirstScores_AreTheWeightsScaledByTheirLargestAndByTheNumberOfInputs()
    {
        using torch.Tensor weight = torch.tensor(new float[] { 1, -4, 2, 0.5f, 0, 3 }).reshape(2, 3);
        using torch.Tensor scores = HydraScores.First(weight);

        float factor = (float)(Math.Sqrt(6 / 3.0) / 4);
        Assert.Equal([factor, -4 * factor, 2 * factor, 0.5f * factor, 0, 3 * factor], scores.data<float>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void GradientsOfScores_GoStraightThroughTheMask()
    {
        using torch.Tensor weight = torch.tensor(new float[] { 1, -4, 2, 0.5f }).reshape(2, 2);
        using torch.Tensor scores = torch.tensor(new float[] { 0.1f, -0.9f, 0.8f, 0.2f }, requires_grad: true).reshape(2, 2).detach().requires_grad_(true);
        using torch.Tensor factors = torch.tensor(new float[] { 3, 5, 7, 11 }).reshape(2, 2);

        using torch.Tensor masked = HydraScores.Masked(weight, scores, 0.5, PruningStructure.Irregular);
        using torch.Tensor sum = (masked * factors).sum();
        sum.backward();

        // The two largest scores stay; every score, also of what went, gets sign(s) · W · ∂loss/∂(masked W).
        Assert.Equal([0, -4, 2, 0], masked.data<float>().ToArray());
        Assert.Equal([1 * 3, -1 * -4 * 5, 2 * 7, 0.5f * 11], scores.grad!.data<float>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void AWeightOfZerosAlone_HasScoresOfZero()
    {
        using torch.Tensor weight = torch.zeros(2, 2);
        using torch.Tensor scores = HydraScores.First(weight);
        Assert.All(scores.data<float>().ToArray(), score => Assert.Equal(0, score));
    }
}

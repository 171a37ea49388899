using CsCheck;
using Gdws.Architectures;
using Gdws.Checkpoints;
using Gdws.Onnx;

namespace Gdws.Tests.Architectures;

public sealed class HydraMasksTests
{
    private static readonly double[] _shares = [0.01, 0.05, 0.1, 0.3, 0.5, 0.99, 1.0];

    [Fact]
    public void TheLargestScoresOfEveryLayer_Stay()
    {
        StateDict state = new(
        [
            SyntheticCheckpoint.Tensor("a.weight", [2, 3], [1, 2, 3, 4, 5, 6]),
            SyntheticCheckpoint.Tensor("a.popup_scores", [2, 3], [0.5f, -9, 0.1f, 0, 3, -0.2f]),
            SyntheticCheckpoint.Tensor("b.weight", [1, 2], [7, 8]),
            SyntheticCheckpoint.Tensor("b.popup_scores", [1, 2], [-100, 0]),
            SyntheticCheckpoint.Tensor("b.bias", [1], [9]),
        ]);

        StateDict masked = HydraMasks.Apply(state, 0.5);

        Assert.Equal(["a.weight", "b.weight", "b.bias"], masked.Select(tensor => tensor.Name));
        Assert.Equal([1, 2, 0, 0, 5, 0], masked["a.weight"].ToSingles());
        Assert.Equal([7, 0], masked["b.weight"].ToSingles());
        Assert.Equal([9], masked["b.bias"].ToSingles());
    }

    /// <summary>The definition: sorted by |score|, the first ⌊(1 − k)·n⌋ go.</summary>
    [Fact]
    public void AsManyGoAsTheDefinitionSays_AndNoneThatStaysHasALowerScore() => Gen.Select(
        Gen.Float[-2, 2].Array[1, 200], Gen.Int[0, 6].Select(i => _shares[i])).Sample((scores, keep) =>
        {
            StateDict state = new(
            [
                SyntheticCheckpoint.Tensor("a.weight", [1, scores.Length], [.. scores.Select(_ => 1f)]),
                SyntheticCheckpoint.Tensor("a.popup_scores", [1, scores.Length], scores),
            ]);

            float[] weights = HydraMasks.Apply(state, keep)["a.weight"].ToSingles();

            Assert.Equal((int)((1 - keep) * scores.Length), weights.Count(weight => weight == 0));
            float least = scores.Where((_, i) => weights[i] != 0).Select(MathF.Abs).Min();
            Assert.All(scores.Where((_, i) => weights[i] == 0), score => Assert.True(MathF.Abs(score) <= least));
        });

    [Fact]
    public void AMaskedFile_IsTheNetworkOfItsDenseFile()
    {
        StateDict plain = SyntheticCheckpoint.Narrow("vgg16_hydra");
        Random random = new(4);
        StateDict pruned = new(plain.SelectMany(tensor => tensor.Shape.Count < 2 ? [tensor] : (CheckpointTensor[])
        [
            tensor,
            SyntheticCheckpoint.Tensor(
                tensor.Name.Replace("weight", "popup_scores", StringComparison.Ordinal), [.. tensor.Shape], [.. tensor.ToSingles().Select(_ => random.NextSingle() - 0.5f)]),
        ]), "model_best.pth.tar");
        StateDict dense = HydraMasks.Apply(pruned, 0.1);

        OnnxModel model = Architecture.Build("auto", pruned, new() { Keep = 0.1 });

        Assert.Equal("vgg16_hydra", Architecture.Detect(pruned));
        Assert.Equal(Architecture.Build("auto", dense).ToBytes(), model.ToBytes());
        WeightSparsity sparsity = WeightSparsity.Of(model);
        Assert.InRange(sparsity.Share, 0.85, 0.9);
        Assert.All(model.Convolutions, layer => Assert.InRange(sparsity.ShareOf(layer), 0.85, 0.9));
    }

    [Theory]
    [InlineData(null, "1 layers have popup_scores (a.popup_scores, …)")]
    [InlineData(0.0, "must be above 0 and at most 1, found 0")]
    [InlineData(1.5, "must be above 0 and at most 1, found 1.5")]
    [InlineData(0.5, "a.popup_scores: expected the shape of a.weight, [1, 2], found [2, 1]")]
    public void WhatCantBeMasked_IsRefused(double? keep, string message)
    {
        StateDict state = new([SyntheticCheckpoint.Tensor("a.weight", [1, 2], [1, 2]), SyntheticCheckpoint.Tensor("a.popup_scores", [2, 1], [1, 2])]);

        Assert.Contains(message, Assert.Throws<GdwsException>(() => HydraMasks.Apply(state, keep)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AShareToKeepWithoutScores_IsRefused() => Assert.Contains(
        "has no popup_scores",
        Assert.Throws<GdwsException>(() => Architecture.Build("auto", SyntheticCheckpoint.Narrow("resnet18"), new() { Keep = 0.1 })).Message,
        StringComparison.Ordinal);

    [Fact]
    public void ScoresThatAreNoNumbers_AreRefused() => Assert.Contains(
        "a.popup_scores: value 1 of 2 is NaN",
        Assert.Throws<GdwsException>(() => HydraMasks.Apply(
            new([SyntheticCheckpoint.Tensor("a.weight", [1, 2], [1, 2]), SyntheticCheckpoint.Tensor("a.popup_scores", [1, 2], [1, float.NaN])]), 0.5)).Message,
        StringComparison.Ordinal);
}

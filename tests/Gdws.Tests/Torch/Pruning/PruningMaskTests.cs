using CsCheck;
using Gdws.Torch;
using Gdws.Torch.Pruning;
using TorchSharp;

namespace Gdws.Tests.Torch.Pruning;

public sealed class PruningMaskTests
{
    public PruningMaskTests() => TorchRuntime.Initialize();

    private static readonly Gen<(float[] Scores, int M, int C, double Ratio)> Cases =
        from m in Gen.Int[1, 6]
        from c in Gen.Int[1, 5]
        from scores in Gen.Float[-1, 1].Array[m * c * 4]
        from ratio in Gen.Double[0.01, 0.99]
        select (scores, m, c, ratio);

    [Theory]
    [InlineData(PruningStructure.Irregular)]
    [InlineData(PruningStructure.Column)]
    [InlineData(PruningStructure.Filter)]
    public void WhatStays_AreTheUnitsOfTheLargestNorms(PruningStructure structure) => Cases.Sample(test =>
    {
        using torch.Tensor scores = torch.tensor(test.Scores).reshape(test.M, test.C, 2, 2);
        using torch.Tensor mask = PruningMask.Of(scores, test.Ratio, structure);

        float[] kept = mask.data<float>().ToArray();
        int columns = test.C * 4;
        (int Unit, double Norm, bool Stays)[] units = [.. Enumerable.Range(0, kept.Length)
            .GroupBy(i => structure switch { PruningStructure.Column => i % columns, PruningStructure.Filter => i / columns, _ => i })
            .Select(unit => (unit.Key, unit.Sum(i => (double)test.Scores[i] * test.Scores[i]), unit.All(i => kept[i] == 1)))];

        Assert.All(kept, value => Assert.True(value is 0 or 1));
        Assert.Equal(Math.Max(1, units.Length - (int)(test.Ratio * units.Length)), units.Count(unit => unit.Stays));
        Assert.Equal(units.Count(unit => unit.Stays) * (kept.Length / units.Length), kept.Count(value => value == 1));
        double least = units.Where(unit => unit.Stays).Min(unit => unit.Norm), most = units.Where(unit => !unit.Stays).Select(unit => unit.Norm).DefaultIfEmpty(0).Max();
        Assert.True(least >= most - 1e-6, $"{least} stays, {most} goes");
    }, iter: 60);

    [Fact]
    public void ARatioThatWouldTakeEverything_LeavesOneUnit() => Assert.Equal(1, PruningMask.Kept(3, 0.999));
}

using System.Collections.Concurrent;
using Gdws.Tests.Execution;
using Gdws.Torch;
using Gdws.Torch.Attacks;
using TorchSharp;
using static Gdws.Tests.Torch.TorchNetworks;
using Tensor = TorchSharp.torch.Tensor;

namespace Gdws.Tests.Torch.Attacks;

[Collection(SteadyThreads.Name)]
public sealed class SteadyNetworkTests
{
    private const int Images = 70;
    private const int Length = 3 * 8 * 6;

    [Fact]
    public void WhateverStandsBeside_AnImageGetsTheSameBits()
    {
        using TorchNetwork fresh = new(SmallNetworks.Classifier(0)), used = new(SmallNetworks.Classifier(0));
        using Tensor images = Images(fresh, Random(Images * Length, 3, 0), Images);
        using Tensor firstPiece = images.narrow(0, 0, used.PieceSizes.Measure);
        (float[] logits, float[] gradient) expected = Look(fresh, firstPiece);
        ConcurrentBag<int> sizes = [];

        // Often enough for every size to be tried and, if it gives the same bits, to be used.
        for (int round = 0; round < 12; round++)
        {
            for (int count = 1; count <= Images; count += 1 + (round % 5))
            {
                using Tensor some = images.narrow(0, 0, count);
                (float[] logits, float[] gradient) = Look(used, some, sizes);
                int known = Math.Min(count, used.PieceSizes.Measure);
                Assert.True(expected.logits.AsSpan(0, known * used.Classes).SequenceEqual(logits.AsSpan(0, known * used.Classes)), $"{count} images");
                Assert.True(expected.gradient.AsSpan(0, known * Length).SequenceEqual(gradient.AsSpan(0, known * Length)), $"{count} images");
            }
        }

        Assert.True(sizes.Distinct().Count() > 3, $"only pieces of {string.Join(", ", sizes.Distinct().Order())} images");
    }

    [Fact]
    public void HoweverManyThreadsThereAre_AnImageGetsTheSameBits()
    {
        int before = TorchRuntime.Threads;
        try
        {
            (float[] Logits, float[] Gradient)[] found =
            [
                .. new[] { 1, 2, 3, 7 }.Select(threads =>
                {
                    TorchRuntime.Threads = threads;
                    using TorchNetwork network = new(SmallNetworks.Classifier(0));
                    using Tensor images = Images(network, Random(Images * Length, 3, 0), Images);
                    return Look(network, images);
                }),
            ];

            Assert.All(found, one => Assert.True(one.Logits.AsSpan().SequenceEqual(found[0].Logits)));
            Assert.All(found, one => Assert.True(one.Gradient.AsSpan().SequenceEqual(found[0].Gradient)));
        }
        finally
        {
            TorchRuntime.Threads = before;
        }
    }

    [Fact]
    public void WhatFailsInAPiece_FailsTheWhole_AndTheNextOneWorks()
    {
        using TorchNetwork network = new(SmallNetworks.Classifier(0));
        using Tensor images = Images(network, Random(Images * Length, 3, 0), Images);

        Assert.Throws<InvalidOperationException>(() => network.Look(images, [], withGradient: false, (_, _, _) => throw new InvalidOperationException()));
        using Tensor logits = network.Logits(images);
        Assert.Equal(Images, logits.shape[0]);
    }

    [Fact]
    public void ASizeThatGivesOtherBits_IsNeverUsed()
    {
        using TorchNetwork network = new(SmallNetworks.Classifier(0));
        using Tensor images = Images(network, Random(Images * Length, 3, 0), Images);
        ConcurrentBag<long> sizes = [];

        float[] Sizes(int count)
        {
            using Tensor some = images.narrow(0, 0, count);
            using Tensor found = network.Look(some, [], withGradient: false, (piece, _, _) =>
            {
                sizes.Add(piece.shape[0]);
                return [torch.full([piece.shape[0]], (float)piece.shape[0])];
            })[0];
            return Values(found);
        }

        for (int round = 0; round < 60; round++)
            Assert.All(Sizes(50 + (round % 3)), size => Assert.Equal(network.PieceSizes.Measure, size));

        Assert.Contains(sizes, size => size != network.PieceSizes.Measure);
        sizes.Clear();
        Sizes(50);
        Assert.All(sizes, size => Assert.Equal(network.PieceSizes.Measure, size));
    }

    [Fact]
    public void RandomNetworks_SeeEveryImageOnce()
    {
        using TorchNetwork network = new(Of("RandomNormalLike", [1, 2, 2]));
        using Tensor images = Images(network, Random(Images * 4, 3, 0), Images);
        long seen = 0;

        network.Look(images, [], withGradient: false, (piece, logits, _) =>
        {
            Interlocked.Add(ref seen, piece.shape[0]);
            return [logits];
        })[0].Dispose();

        Assert.Equal(Images, seen);
    }

    [Fact]
    public void WhatBelongsToAnImage_StaysWithIt()
    {
        using TorchNetwork network = new(Linear([1, 1, 1], [[1], [2]], [0, 0]));
        float[] values = Random(Images, 5, 0);
        using Tensor images = Images(network, values, Images), others = torch.tensor(values);

        for (int round = 0; round < 30; round++)
        {
            Tensor[] found = network.Look(images, [others], withGradient: false, (piece, logits, rows) => [logits.select(1, 0), rows[0], piece.flatten()]);
            Assert.All(found, tensor => Near(values, Values(tensor), 0));
            Array.ForEach(found, tensor => tensor.Dispose());
        }
    }

    private static (float[] Logits, float[] Gradient) Look(TorchNetwork network, Tensor images, ConcurrentBag<int>? sizes = null)
    {
        Tensor[] found = network.Look(images, [], withGradient: true, (piece, logits, _) =>
        {
            sizes?.Add((int)piece.shape[0]);
            return [logits, torch.autograd.grad([logits.exp().sum()], [piece])[0]];
        });
        using Tensor first = found[0], second = found[1];
        return (Values(first), Values(second));
    }
}

using Gdws.Data;
using Gdws.Torch;
using TorchSharp;
using static TorchSharp.torch.nn;
using Tensor = TorchSharp.torch.Tensor;

namespace Gdws.Benchmarks;

/// <summary>
/// What the public evaluation code makes libtorch do for a robust accuracy, step by step: gradients of all weights beside those of the images, batch
/// normalisation by itself, every step for every image, and the clean images once more for each batch.
/// </summary>
internal sealed class PublicPgdLoop
{
    private readonly BarePreActResNet18 _network;

    public PublicPgdLoop(TorchNetwork source)
    {
        _network = new BarePreActResNet18(source);
        foreach ((string name, Tensor parameter) in source.Constants)
        {
            bool isLearned = name.EndsWith(".weight", StringComparison.Ordinal) || name.EndsWith(".bias", StringComparison.Ordinal);
            if (isLearned)
                parameter.requires_grad = true;
        }
    }

    public (int Natural, int Robust) Measure(IImageDataset data, int batch, double epsilon, double step, int iterations)
    {
        int natural = 0, robust = 0;
        for (int start = 0; start < data.Count; start += batch)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            int count = Math.Min(batch, data.Count - start);
            float[] pixels = new float[count * data.ImageLength()];
            int[] labels = new int[count];
            data.CopyBatch(start, count, pixels, labels);
            Tensor images = torch.tensor(pixels).reshape(count, data.Channels, data.Height, data.Width);
            Tensor targets = torch.tensor([.. labels.Select(label => (long)label)]);
            Tensor delta = Attack(images, targets, epsilon, step, iterations);
            robust += Right((images + delta).clamp(0, 1), targets);
            natural += Right(images, targets);
        }

        return (natural, robust);
    }

    private Tensor Attack(Tensor images, Tensor targets, double epsilon, double step, int iterations)
    {
        Tensor low = -images, high = 1 - images;
        Tensor delta = ((torch.rand_like(images) * 2 * epsilon) - epsilon).clamp(low, high);
        for (int i = 0; i < iterations; i++)
        {
            using DisposeScope iteration = torch.NewDisposeScope();
            Tensor old = delta;
            Tensor input = delta.detach().requires_grad_();
            Tensor loss = functional.cross_entropy(_network.Forward(images + input), targets);
            loss.backward();
            Tensor moved = input.detach().add(input.grad!.sign(), step).clamp(-epsilon, epsilon);
            delta = moved.clamp(low, high).MoveToOuterDisposeScope();
            old.Dispose();
        }

        Tensor losses = functional.cross_entropy(_network.Forward(images + delta), targets, reduction: Reduction.None);
        return torch.where(losses.detach().ge(0).reshape(-1, 1, 1, 1), delta, torch.zeros_like(delta));
    }

    private int Right(Tensor images, Tensor targets)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return (int)_network.Forward(images).argmax(1).eq(targets).sum().item<long>();
    }
}

using Gdws.Data;
using Gdws.Onnx;
using Gdws.Torch;
using Gdws.Torch.Attacks;
using Gdws.Torch.Calibration;
using TorchSharp;

namespace Gdws.Benchmarks;

/// <summary>Images that no calibration saw, clean and perturbed against the original network, with that network's outputs.</summary>
internal sealed class HeldOutImages : IDisposable
{
    private const int BatchSize = 50;

    private readonly List<(torch.Tensor Images, torch.Tensor Logits, bool IsClean)> _batches = [];
    private readonly List<(torch.Tensor Images, int[] Labels, int[] Indices)> _attacked = [];
    private readonly PgdAttack _attack;

    public HeldOutImages(OnnxModel model, IImageDataset dataset, ThreatModel threat, int seed)
    {
        using TorchNetwork network = new(model, options: new() { SkipFinalSoftmax = true });
        _attack = new PgdAttack(threat) { Iterations = 10, Seed = seed, StopWhenBroken = false };
        float[] pixels = new float[BatchSize * dataset.ImageLength()];
        int[] labels = new int[BatchSize];
        for (int start = 0; start < dataset.Count; start += BatchSize)
        {
            int count = Math.Min(BatchSize, dataset.Count - start);
            dataset.CopyBatch(start, count, pixels, labels);
            torch.Tensor clean = torch.tensor(pixels[..(count * dataset.ImageLength())]).reshape(count, dataset.Channels, dataset.Height, dataset.Width);
            using AttackResult result = _attack.Run(network, clean, labels[..count], [.. Enumerable.Range(start, count)]);
            _attacked.Add((clean, labels[..count], [.. Enumerable.Range(start, count)]));
            Add(network, clean, isClean: true);
            Add(network, result.Images.clone(), isClean: false);
        }
    }

    /// <summary>KL(original ‖ other) on the clean and on the perturbed images.</summary>
    public (double Clean, double Adversarial) Divergences(TorchNetwork network)
    {
        using IDisposable noGradients = torch.no_grad();
        double[] sums = new double[2];
        double[] counts = new double[2];
        foreach ((torch.Tensor images, torch.Tensor logits, bool isClean) in _batches)
        {
            using torch.Tensor others = network.Forward(images);
            sums[isClean ? 0 : 1] += OutputDivergence.Of(logits, others) * images.shape[0];
            counts[isClean ? 0 : 1] += images.shape[0];
        }

        return (sums[0] / counts[0], sums[1] / counts[1]);
    }

    /// <summary>The mean cross-entropy of images that are perturbed against the network itself.</summary>
    public double RobustLoss(TorchNetwork network)
    {
        double sum = 0;
        long count = 0;
        foreach ((torch.Tensor images, int[] labels, int[] indices) in _attacked)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            using AttackResult result = _attack.Run(network, images, labels, indices);
            using IDisposable noGradients = torch.no_grad();
            torch.Tensor classes = torch.tensor(labels, torch.ScalarType.Int64);
            sum += torch.nn.functional.cross_entropy(network.Forward(result.Images), classes, reduction: torch.nn.Reduction.Sum).item<float>();
            count += labels.Length;
        }

        return sum / count;
    }

    public void Dispose()
    {
        foreach ((torch.Tensor images, torch.Tensor logits, _) in _batches)
        {
            images.Dispose();
            logits.Dispose();
        }
    }

    private void Add(TorchNetwork network, torch.Tensor images, bool isClean)
    {
        using IDisposable noGradients = torch.no_grad();
        _batches.Add((images, network.Forward(images), isClean));
    }
}

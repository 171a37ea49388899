using System.Diagnostics;
using Gdws.Data;
using Gdws.Torch.Attacks;

namespace Gdws.Torch.Evaluation;

/// <summary>
/// Measures a network's natural accuracy and its robust accuracy under attacks. An image counts as robust under an attack when it is classified rightly
/// without one and the attack can't change that. What the attacks made is checked against the threat model, apart from their own arithmetic.
/// </summary>
public sealed record RobustnessEvaluation
{
    /// <summary>What rounding may add to ε.</summary>
    private const double Rounding = 1e-6;

    private readonly int _batchSize = 100;

    /// <summary>The attacks, each on all images that are naturally correct; none for natural accuracy alone.</summary>
    public IReadOnlyList<IAttack> Attacks { get; init; } = [];

    /// <summary>Images at a time, at least 1. Default: 100.</summary>
    public int BatchSize
    {
        get => _batchSize;
        init => _batchSize = value >= 1 ? value : throw new GdwsException($"the batch size must be at least 1, found {value}");
    }

    /// <summary>Runs the evaluation.</summary>
    /// <param name="network">The network.</param>
    /// <param name="dataset">The images; all are used (see <see cref="BatchReading.Take"/>).</param>
    /// <param name="progress">Is told after every batch.</param>
    /// <param name="cancellation">Ends the evaluation early.</param>
    /// <exception cref="GdwsException">
    /// The images don't suit the network, a label is beyond the classes, the network gives NaN, or an attack left its threat model.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was ended early.</exception>
    public EvaluationResult Run(
        TorchNetwork network, IImageDataset dataset, IProgress<EvaluationProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(dataset);
        RequireMatch(network, dataset);

        Stopwatch watch = Stopwatch.StartNew();
        (NaturalResult natural, int[] correct) = Natural(network, dataset, progress, cancellation);
        List<RobustResult> robust = [];
        foreach (IAttack attack in Attacks)
            robust.Add(Robust(network, dataset, attack, correct, progress, cancellation));
        return new EvaluationResult(dataset.Count, natural, robust, watch.Elapsed.TotalSeconds);
    }

    private static void RequireMatch(TorchNetwork network, IImageDataset dataset)
    {
        if (dataset.Count == 0)
            throw new GdwsException($"data '{dataset.Name}': holds no images");
        dataset.RequireMatches(network.Channels, network.Height, network.Width, network.Classes, network.Source);
        for (int i = 0; i < dataset.Count; i++)
        {
            if (dataset.Label(i) < 0 || dataset.Label(i) >= network.Classes)
            {
                throw new GdwsException(
                    $"data '{dataset.Name}': image {i} has the class {dataset.Label(i)}, {network.Source} tells classes 0 to {network.Classes - 1} apart");
            }
        }
    }

    private (NaturalResult Result, int[] Correct) Natural(
        TorchNetwork network, IImageDataset dataset, IProgress<EvaluationProgress>? progress, CancellationToken cancellation)
    {
        List<int> correct = [];
        int topFive = 0;
        int[] all = [.. Enumerable.Range(0, dataset.Count)];
        int done = 0;
        foreach (int[] indices in all.Chunk(BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            using Batch batch = new(dataset, indices);
            using IDisposable noGradients = torch.no_grad();
            using Tensor logits = network.Forward(batch.Images);
            Predictions predictions = new(network, logits, indices);
            for (int i = 0; i < indices.Length; i++)
            {
                int rank = predictions.Rank(i, batch.Labels[i]);
                if (rank == 0)
                    correct.Add(indices[i]);
                if (rank < 5)
                    topFive++;
            }

            done += indices.Length;
            progress?.Report(new EvaluationProgress(null, done, all.Length, correct.Count));
        }

        return (new NaturalResult(dataset.Count, correct.Count, topFive), [.. correct]);
    }

    private RobustResult Robust(
        TorchNetwork network, IImageDataset dataset, IAttack attack, int[] correct, IProgress<EvaluationProgress>? progress, CancellationToken cancellation)
    {
        int done = 0;
        int robust = 0;
        double largest = 0;
        Stopwatch watch = new();
        foreach (int[] indices in correct.Chunk(BatchSize))
        {
            using Batch batch = new(dataset, indices);
            watch.Start();
            using AttackResult result = attack.Run(network, batch.Images, batch.Labels, indices, cancellation);
            watch.Stop();
            robust += result.Broken.Count(broken => !broken);
            largest = Math.Max(largest, LargestPerturbation(network, attack, batch, result, indices));
            done += indices.Length;
            progress?.Report(new EvaluationProgress(attack, done, correct.Length, robust));
        }

        return new RobustResult(attack, dataset.Count, robust, correct.Length, watch.Elapsed.TotalSeconds, largest);
    }

    /// <summary>Measures what the attack did, and refuses images that the threat model doesn't allow.</summary>
    private static double LargestPerturbation(TorchNetwork network, IAttack attack, Batch batch, AttackResult result, int[] indices)
    {
        int length = batch.Pixels.Length / indices.Length;
        float[] perturbed = new float[batch.Pixels.Length];
        result.Images.CopyTo(perturbed);
        double largest = 0;
        for (int i = 0; i < indices.Length; i++)
        {
            ReadOnlySpan<float> image = perturbed.AsSpan(i * length, length);
            foreach (float value in image)
            {
                if (!(value >= 0 && value <= 1))
                    throw new GdwsException($"{network.Source}: the attack {attack.Name} made a value of {value} in image {indices[i]}, outside [0,1]");
            }

            double distance = attack.ThreatModel.Distance(batch.Pixels.AsSpan(i * length, length), image);
            if (!(distance <= attack.ThreatModel.Epsilon + Rounding))
                throw new GdwsException($"{network.Source}: the attack {attack.Name} changed image {indices[i]} by {distance}, beyond {attack.ThreatModel}");
            largest = Math.Max(largest, distance);
        }

        return largest;
    }

    /// <summary>Images of a dataset, in plain memory and as a tensor on the CPU.</summary>
    private sealed class Batch : IDisposable
    {
        public Batch(IImageDataset dataset, int[] indices)
        {
            int length = dataset.ImageLength();
            Pixels = new float[indices.Length * length];
            Labels = [.. indices.Select(dataset.Label)];
            if (indices[^1] - indices[0] == indices.Length - 1)
            {
                dataset.CopyBatch(indices[0], indices.Length, Pixels, new int[indices.Length]);
            }
            else
            {
                for (int i = 0; i < indices.Length; i++)
                    dataset.CopyImage(indices[i], Pixels.AsSpan(i * length, length));
            }

            Images = ImageTensors.From(Pixels, indices.Length, dataset.Channels, dataset.Height, dataset.Width);
        }

        public float[] Pixels { get; }

        public int[] Labels { get; }

        public Tensor Images { get; }

        public void Dispose() => Images.Dispose();
    }
}

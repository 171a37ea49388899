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
    private readonly int _batchSize = 100;

    /// <summary>
    /// The attacks, each on all images that are naturally correct; none for natural accuracy alone. The attacks of an <see cref="AutoAttack"/> run one after
    /// another over the whole dataset, each on what those before it left standing.
    /// </summary>
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
    /// The images don't suit the network or (with attacks) aren't in [0,1], a label is beyond the classes, the network gives NaN, or an attack left its
    /// threat model.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was ended early.</exception>
    public EvaluationResult Run(
        TorchNetwork network, IImageDataset dataset, IProgress<EvaluationProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(dataset);
        RequireMatch(network, dataset);
        foreach (IAttack attack in Attacks)
            AttackSettings.RequireClasses(attack, network);

        Stopwatch watch = Stopwatch.StartNew();
        NaturalResult natural = Natural(network, dataset, progress, cancellation);
        List<RobustResult> robust = [];
        List<EvaluationWarning> warnings = Attacks.Count == 0 ? [] : Doubts(network, dataset);
        foreach (IAttack attack in Attacks)
            robust.AddRange(Robust(network, dataset, attack, [.. natural.Standing], progress, cancellation));
        warnings.AddRange(SanityChecks.OfResults(robust));
        return new EvaluationResult(dataset.Count, natural, robust, watch.Elapsed.TotalSeconds) { Warnings = warnings };
    }

    /// <summary>Checks before the attacks, on the first images.</summary>
    private List<EvaluationWarning> Doubts(TorchNetwork network, IImageDataset dataset)
    {
        using EvaluationBatch batch = new(dataset, [.. Enumerable.Range(0, Math.Min(BatchSize, dataset.Count))]);
        if (SanityChecks.OfImages(batch, dataset) is { } outside)
            throw new GdwsException(outside.Message);
        return [.. SanityChecks.OfThreatModels(Attacks, dataset.ImageLength()), .. SanityChecks.OfNetwork(network, batch)];
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

    private NaturalResult Natural(
        TorchNetwork network, IImageDataset dataset, IProgress<EvaluationProgress>? progress, CancellationToken cancellation)
    {
        List<int> correct = [], topFive = [];
        int[] all = [.. Enumerable.Range(0, dataset.Count)];
        int done = 0;
        foreach (int[] indices in all.Chunk(BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            using EvaluationBatch batch = new(dataset, indices);
            using IDisposable noGradients = torch.no_grad();
            using Tensor logits = network.Forward(batch.Images);
            Predictions predictions = new(network, logits, indices);
            for (int i = 0; i < indices.Length; i++)
            {
                int rank = predictions.Rank(i, batch.Labels[i]);
                if (rank == 0)
                    correct.Add(indices[i]);
                if (rank < 5)
                    topFive.Add(indices[i]);
            }

            done += indices.Length;
            progress?.Report(new EvaluationProgress(null, done, all.Length, correct.Count));
        }

        return new NaturalResult(dataset.Count, correct.Count, topFive.Count) { Standing = correct, StandingTopFive = topFive };
    }

    private IEnumerable<RobustResult> Robust(
        TorchNetwork network, IImageDataset dataset, IAttack attack, int[] correct, IProgress<EvaluationProgress>? progress, CancellationToken cancellation)
    {
        if (attack is not AutoAttack whole)
            return [One(network, dataset, attack, attack.AttacksWrong ? [.. Enumerable.Range(0, dataset.Count)] : correct, progress, cancellation)];

        List<RobustResult> parts = [];
        int[] standing = correct;
        foreach (IAttack part in whole.Attacks)
        {
            RobustResult result = One(network, dataset, part, standing, progress, cancellation) with { PartOf = whole };
            parts.Add(result);
            standing = [.. result.Standing];
        }

        return
        [
            .. parts,
            new RobustResult(whole, dataset.Count, standing.Length, correct.Length, parts.Sum(part => part.Seconds), parts.Max(part => part.MaxPerturbation))
            {
                Standing = standing,
            },
        ];
    }

    private RobustResult One(
        TorchNetwork network, IImageDataset dataset, IAttack attack, int[] attacked, IProgress<EvaluationProgress>? progress, CancellationToken cancellation)
    {
        int done = 0;
        List<int> standing = [];
        double largest = 0;
        Stopwatch watch = new();
        foreach (int[] indices in attacked.Chunk(BatchSize))
        {
            using EvaluationBatch batch = new(dataset, indices);
            watch.Start();
            using AttackResult result = attack.Run(network, batch.Images, batch.Labels, indices, cancellation);
            watch.Stop();
            standing.AddRange(indices.Where((_, position) => !result.Broken[position]));
            largest = Math.Max(largest, PerturbationCheck.Largest(network, attack, batch, result));
            done += indices.Length;
            progress?.Report(new EvaluationProgress(attack, done, attacked.Length, standing.Count));
        }

        return new RobustResult(attack, dataset.Count, standing.Count, attacked.Length, watch.Elapsed.TotalSeconds, largest) { Standing = standing };
    }
}

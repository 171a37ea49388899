using System.Diagnostics;
using Gdws.Data;
using Gdws.Torch.Attacks;

namespace Gdws.Torch.Evaluation;

/// <summary>
/// Measures a network's natural accuracy and its robust accuracy under attacks. An image counts as robust under an attack when it is classified rightly
/// without one and the attack can't change that. What the attacks made is checked against the threat model, apart from their own arithmetic.
/// <para>
/// Batches are finished one after another with all attacks, so a long evaluation can be stopped after any of them and go on later
/// (<see cref="Known"/>), or be spread over machines (<see cref="First"/>, <see cref="Count"/>). On the CPU what is found out about an image doesn't
/// depend on the batches at all.
/// </para>
/// </summary>
public sealed record RobustnessEvaluation
{
    private readonly int _batchSize = 100;

    /// <summary>
    /// The attacks, each on all images that are naturally correct; none for natural accuracy alone. The attacks of an <see cref="AutoAttack"/> run one after
    /// another, each on what those before it left standing.
    /// </summary>
    public IReadOnlyList<IAttack> Attacks { get; init; } = [];

    /// <summary>Images at a time, at least 1. Default: 100.</summary>
    public int BatchSize
    {
        get => _batchSize;
        init => _batchSize = value >= 1 ? value : throw new GdwsException($"the batch size must be at least 1, found {value}");
    }

    /// <summary>The first image of the dataset to look at, from 0.</summary>
    public int First { get; init; }

    /// <summary>How many images to look at; null for all from <see cref="First"/> on.</summary>
    public int? Count { get; init; }

    /// <summary>Images that an earlier evaluation with the same network and attacks is done with; they aren't looked at again.</summary>
    public IReadOnlyList<ImageOutcome> Known { get; init; } = [];

    /// <summary>Is told every batch that is done with, so that it can be saved.</summary>
    public Action<EvaluatedBatch>? BatchDone { get; init; }

    /// <summary>Whether <see cref="BatchDone"/> gets the adversarial images.</summary>
    public bool KeepsImages { get; init; }

    /// <summary>Runs the evaluation.</summary>
    /// <param name="network">The network.</param>
    /// <param name="dataset">The images.</param>
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
        int[] all = Images(dataset);
        RequireMatch(network, dataset);
        foreach (IAttack attack in Attacks)
            AttackSettings.RequireClasses(attack, network);

        Stopwatch watch = Stopwatch.StartNew();
        Dictionary<int, ImageOutcome> outcomes = Known.Where(image => image.Image >= all[0] && image.Image <= all[^1]).ToDictionary(image => image.Image);
        int[] open = [.. all.Where(image => !outcomes.ContainsKey(image))];
        Natural(network, dataset, open, outcomes, all.Length, progress, cancellation);
        List<EvaluationWarning> warnings = Attacks.Count == 0 ? [] : Doubts(network, dataset, all);
        double[] seconds = new double[Attacks.Sum(attack => EvaluationSummary.Runs(attack).Count)];
        BatchEvaluation evaluation = new(network, Attacks, seconds);
        int done = all.Length - open.Length;
        foreach (int[] indices in open.Chunk(BatchSize))
        {
            using EvaluationBatch batch = new(dataset, indices);
            if (Attacks.Count > 0 && SanityChecks.OfImages(batch, dataset) is { } outside)
                throw new GdwsException(outside.Message);
            EvaluatedBatch found = evaluation.Run(
                batch, [.. indices.Select(image => outcomes[image])], KeepsImages, (i, part, standing) => Tell(progress, outcomes, i, done, all.Length, part, standing), cancellation);
            foreach (ImageOutcome image in found.Outcomes)
                outcomes[image.Image] = image;
            done += indices.Length;
            BatchDone?.Invoke(found);
            for (int i = 0; i < Attacks.Count; i++)
                Tell(progress, outcomes, i, done, all.Length, null, 0);
        }

        EvaluationResult result = EvaluationSummary.Of(Attacks, [.. all.Select(image => outcomes[image])], seconds);
        warnings.AddRange(SanityChecks.OfConfirmation(evaluation.Unconfirmed, network.IsRandom));
        return result with { Seconds = watch.Elapsed.TotalSeconds, Warnings = [.. warnings, .. result.Warnings] };
    }

    private int[] Images(IImageDataset dataset)
    {
        if (dataset.Count == 0)
            throw new GdwsException($"data '{dataset.Name}': holds no images");
        if (First < 0 || First >= dataset.Count)
            throw new GdwsException($"data '{dataset.Name}': has images 0 to {dataset.Count - 1}, there is no image {First}");
        int count = Count ?? dataset.Count - First;
        if (count < 1 || count > dataset.Count - First)
            throw new GdwsException($"data '{dataset.Name}': has {dataset.Count} images, there are no {count} from image {First} on");
        return [.. Enumerable.Range(First, count)];
    }

    /// <summary>Checks before the attacks, on the first images.</summary>
    private List<EvaluationWarning> Doubts(TorchNetwork network, IImageDataset dataset, int[] all)
    {
        using EvaluationBatch batch = new(dataset, all[..Math.Min(BatchSize, all.Length)]);
        if (SanityChecks.OfImages(batch, dataset) is { } outside)
            throw new GdwsException(outside.Message);
        return [.. SanityChecks.OfThreatModels(Attacks, dataset.ImageLength()), .. SanityChecks.OfNetwork(network, batch)];
    }

    private static void RequireMatch(TorchNetwork network, IImageDataset dataset)
    {
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

    private void Natural(
        TorchNetwork network,
        IImageDataset dataset,
        int[] open,
        Dictionary<int, ImageOutcome> outcomes,
        int total,
        IProgress<EvaluationProgress>? progress,
        CancellationToken cancellation)
    {
        foreach (int[] indices in open.Chunk(BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            using EvaluationBatch batch = new(dataset, indices);
            using Tensor logits = network.Logits(batch.Images);
            Predictions predictions = new(network, logits, indices);
            for (int i = 0; i < indices.Length; i++)
                outcomes[indices[i]] = new ImageOutcome(indices[i], batch.Labels[i], predictions.First(i), predictions.Rank(i, batch.Labels[i]) < 5);
            progress?.Report(new EvaluationProgress(null, outcomes.Count, total, outcomes.Values.Count(image => image.IsCorrect)));
        }
    }

    private void Tell(IProgress<EvaluationProgress>? progress, Dictionary<int, ImageOutcome> outcomes, int attack, int done, int total, IAttack? part, int standing)
    {
        if (progress is null)
            return;
        int robust = outcomes.Values.Count(image => image.Attacks.Count > attack && image.Attacks[attack].Robust);
        bool isWhole = part is null || ReferenceEquals(part, Attacks[attack]);
        progress.Report(new EvaluationProgress(Attacks[attack], done, total, robust) { Part = isWhole ? null : part, Standing = standing });
    }
}

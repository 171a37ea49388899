using Gdws.Cli.Output;
using Gdws.Data;
using Gdws.Torch.Evaluation;

namespace Gdws.Cli.Evaluation;

/// <summary>Which images an evaluation looks at, what is already known of them, and where what it finds is kept.</summary>
internal sealed class LongRun : IDisposable
{
    private readonly OutcomeHeader? _header;
    private readonly OutcomeRecorder? _recorder;
    private readonly AdversarialImages? _images;
    private readonly string? _robustBench;

    /// <summary>Opens the files that are kept.</summary>
    /// <param name="paths">Where they are.</param>
    /// <param name="header">What is to be evaluated.</param>
    /// <param name="data">All images.</param>
    public LongRun(LongRunPaths paths, OutcomeHeader header, IImageDataset data)
    {
        (First, Count) = (header.Images.First, header.Images.Count);
        _header = header;
        _robustBench = paths.RobustBench;
        _recorder = paths.Outcomes is { } outcomes ? new OutcomeRecorder(outcomes, header, paths.Resumes) : null;
        _images = paths.Adversarial is { } adversarial
            ? new AdversarialImages(adversarial, [.. header.Attacks.Select(attack => attack.Asked)], data, Count, Known.Count, staysOnInterruption: _recorder is not null)
            : null;
    }

    /// <summary>An evaluation that keeps nothing.</summary>
    /// <param name="first">The first image.</param>
    /// <param name="count">How many.</param>
    public LongRun(int first, int count) => (First, Count) = (first, count);

    public int First { get; }

    public int Count { get; }

    /// <summary>The images that an earlier run is done with.</summary>
    public IReadOnlyList<ImageOutcome> Known => _recorder is null ? [] : [.. _recorder.Images];

    public bool KeepsImages => _images is not null;

    /// <summary>Keeps a batch; the images come first, since they are made anew where only they were kept.</summary>
    public void Add(EvaluatedBatch batch)
    {
        _images?.Add(batch);
        _recorder?.Add(batch.Outcomes);
    }

    /// <summary>Writes what can only be written in the end.</summary>
    public void Finish(AccuracyReport report)
    {
        _images?.Finish();
        if (_robustBench is not null)
            AtomicFile.WriteText(_robustBench, JsonOutput.ToText(RobustBenchReport.Of(_header!, report)));
    }

    public void Dispose() => _images?.Dispose();
}

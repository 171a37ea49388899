using Gdws.Torch.Evaluation;

namespace Gdws.Cli.Evaluation;

/// <summary>Keeps an outcome file up to date while an evaluation runs, so that it can go on after an interruption.</summary>
internal sealed class OutcomeRecorder
{
    private readonly string _path;
    private readonly OutcomeHeader _header;
    private readonly List<ImageOutcome> _images;

    /// <summary>Opens the file.</summary>
    /// <param name="path">Where it is, or shall be.</param>
    /// <param name="header">What is to be evaluated.</param>
    /// <param name="resumes">Whether what is already there is taken over.</param>
    /// <exception cref="GdwsException">The file there is of another evaluation, or unfinished and not to be resumed.</exception>
    public OutcomeRecorder(string path, OutcomeHeader header, bool resumes)
    {
        _path = path;
        _header = header;
        _images = File.Exists(path) ? Known(OutcomeFile.Read(path), resumes) : [];
    }

    /// <summary>The images that are done.</summary>
    public IReadOnlyList<ImageOutcome> Images => _images;

    /// <summary>Adds a batch to the file.</summary>
    public void Add(IReadOnlyList<ImageOutcome> batch)
    {
        _images.AddRange(batch);
        new OutcomeFile(_path, _header, _images).Write();
    }

    private List<ImageOutcome> Known(OutcomeFile file, bool resumes)
    {
        if (!resumes)
        {
            return file.IsComplete ? [] : throw new GdwsException(
                $"{file.Path}: holds {file.Images.Count:N0} of {file.Header.Images.Count:N0} images of an evaluation that was interrupted; add --resume to go on, or delete it to start anew");
        }

        if (_header.DifferenceFrom(file.Header) is { } difference)
            throw new GdwsException($"{file.Path}: is of another evaluation and can't be resumed: it differs in {difference}");
        (int first, int end) = (_header.Images.First, _header.Images.First + _header.Images.Count);
        ImageOutcome[] known = [.. file.Images.Where(image => image.Image >= first && image.Image < end)];
        bool isStart = known.Select((image, i) => image.Image == first + i).All(inPlace => inPlace);
        return isStart && known.Length == file.Images.Count ? [.. known] : throw new GdwsException(
            $"{file.Path}: holds images from {file.Header.Images.First:N0} on, which aren't the first of this evaluation's {_header.Images.Count:N0} from {first:N0} on; give the same --shard, and no smaller --limit");
    }
}

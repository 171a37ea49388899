using Gdws.Checkpoints.PyTorch;

namespace Gdws.Checkpoints;

/// <summary>
/// A file of trained parameters: a PyTorch checkpoint (<c>.pth</c>, <c>.pt</c>, <c>.th</c>, <c>.tar</c>, both formats) or safetensors.
/// Loading one never runs anything that the file holds.
/// </summary>
/// <param name="Path">The file's path as it was given.</param>
/// <param name="Format">How the file is built.</param>
/// <param name="State">The parameters and buffers, without the prefix <c>module.</c> where all of them had it.</param>
/// <param name="Metadata">
/// Safetensors: the header's <c>__metadata__</c>. PyTorch: the text, numbers and truth values that lie beside the state dict,
/// e.g. <c>epoch</c> or <c>meta.arch</c>.
/// </param>
public sealed record Checkpoint(string Path, CheckpointFormat Format, StateDict State, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>Reads a checkpoint; its format is told from its bytes, not from its name.</summary>
    /// <param name="path">The file.</param>
    /// <remarks>
    /// The state dict is looked for under <c>state_dict</c>, <c>model_state_dict</c>, <c>model</c> and <c>net</c>,
    /// else the whole file is taken as one. Nested dictionaries and lists are joined with dots; what isn't a tensor, and optimizers, are left out.
    /// Elements keep the type they are stored in.
    /// </remarks>
    /// <exception cref="InvalidFileException">
    /// The file is truncated, damaged or hostile, or of a kind that holds no state dict
    /// (TorchScript, a whole pickled module, the tar form of PyTorch 0.1.9).
    /// </exception>
    /// <exception cref="GdwsException">The file is missing or can't be read.</exception>
    public static Checkpoint Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            OrdinaryFile.RequireContent(path);
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            return Read(stream, path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new GdwsException($"{path}: there is no such file", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            string reason = Directory.Exists(path) ? "it is a folder" : exception.Message.ReplaceLineEndings(" ");
            throw new GdwsException($"{path}: can't be read: {reason}", exception);
        }
    }

    /// <summary>Reads a checkpoint from a stream.</summary>
    /// <param name="stream">Seekable; stands at its start.</param>
    /// <param name="path">What messages call it.</param>
    internal static Checkpoint Read(Stream stream, string path)
    {
        try
        {
            CheckpointFormat format = FormatDetection.Detect(stream, path);
            CheckpointContent content = format switch
            {
                CheckpointFormat.PyTorchZip => TorchZipReader.Read(stream, path),
                CheckpointFormat.PyTorchLegacy => TorchLegacyReader.Read(stream, path),
                _ => SafeTensorsReader.Read(stream, path),
            };
            return new Checkpoint(path, format, new StateDict(WithoutPrefix(content.Tensors, "module."), path), content.Metadata);
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidFileException(path, "is truncated", exception);
        }
    }

    private static IEnumerable<CheckpointTensor> WithoutPrefix(IReadOnlyList<CheckpointTensor> tensors, string prefix) =>
        tensors.All(t => t.Name.Length > prefix.Length && t.Name.StartsWith(prefix, StringComparison.Ordinal))
            ? tensors.Select(t => t with { Name = t.Name[prefix.Length..] })
            : tensors;
}

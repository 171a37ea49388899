using System.IO.Compression;
using Gdws.Checkpoints.Pickle;

namespace Gdws.Checkpoints.PyTorch;

/// <summary>
/// The format of PyTorch 1.6 and newer: a zip with one top folder that holds <c>data.pkl</c>, <c>data/KEY</c> for each storage and,
/// in newer files, <c>byteorder</c>. Other entries don't matter.
/// </summary>
internal static class TorchZipReader
{
    public static CheckpointContent Read(Stream stream, string file)
    {
        try
        {
            using ZipArchive archive = new(stream, ZipArchiveMode.Read, leaveOpen: true);
            return Read(new TorchArchive(archive, file, stream.Length), file, stream.Length);
        }
        catch (Exception exception) when (exception is InvalidDataException or NotSupportedException or ArgumentException or OverflowException)
        {
            throw new InvalidFileException(file, $"is a truncated or damaged zip: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    private static CheckpointContent Read(TorchArchive archive, string file, long fileLength)
    {
        using MemoryStream pickle = new(archive.ReadPickle(), writable: false);
        object? root = Unpickler.Load(new PickleReader(pickle, file), new TorchRules());
        IReadOnlyList<NamedTorchTensor> found = StateDictFinder.Find(root, file);
        TensorAssembler assembler = new(archive, file, fileLength);
        return new CheckpointContent([.. found.Select(assembler.Assemble)], StateDictFinder.PlainValues(root));
    }
}

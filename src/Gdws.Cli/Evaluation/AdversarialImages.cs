using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Gdws.Checkpoints;
using Gdws.Data;
using Gdws.Torch.Evaluation;

namespace Gdws.Cli.Evaluation;

/// <summary>
/// Saves adversarial images as <c>.npy</c> or <c>.safetensors</c>, <c>[N, C, H, W]</c> in single precision. Until the last batch is there they are kept in
/// raw files beside the target, one an attack, so that an interrupted evaluation can go on.
/// </summary>
internal sealed class AdversarialImages : IDisposable
{
    private readonly string _path;
    private readonly string[] _names;
    private readonly int[] _shape;
    private readonly FileStream[] _parts;
    private readonly bool _staysOnInterruption;
    private readonly bool _isFinished;
    private bool _isWritten;

    /// <summary>Opens the files.</summary>
    /// <param name="path">The target; its ending says the format.</param>
    /// <param name="attacks">The attacks.</param>
    /// <param name="data">The size of an image.</param>
    /// <param name="count">Images in the end.</param>
    /// <param name="known">Images that are already done.</param>
    /// <param name="staysOnInterruption">Whether an evaluation can go on with the raw files.</param>
    /// <exception cref="GdwsException">The raw files of the images already done aren't there, or can't be written.</exception>
    public AdversarialImages(string path, IReadOnlyList<AttackChoice> attacks, IImageDataset data, int count, int known, bool staysOnInterruption)
    {
        _path = path;
        _names = [.. attacks.Select(choice => choice.ThreatText.Replace(' ', '-'))];
        _shape = [count, data.Channels, data.Height, data.Width];
        _staysOnInterruption = staysOnInterruption;
        _isFinished = known == count && File.Exists(path);
        _parts = _isFinished ? [] : [.. _names.Select((_, i) => Open(PartPath(i), (long)known * data.ImageLength() * sizeof(float), known))];
    }

    /// <summary>What is wrong with a target, or null.</summary>
    public static string? Mistake(string path, int attacks) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".npy" when attacks > 1 => $"{path}: .npy holds one array, but there are {attacks} threat models; name a .safetensors file",
        ".npy" or ".safetensors" => null,
        _ => $"{path}: expected a file that ends in .npy or .safetensors",
    };

    /// <summary>Adds a batch; it is on disk when this returns.</summary>
    public void Add(EvaluatedBatch batch)
    {
        for (int i = 0; i < _parts.Length; i++)
        {
            _parts[i].Write(MemoryMarshal.AsBytes(batch.Adversarial[i].Span));
            _parts[i].Flush(flushToDisk: true);
        }
    }

    /// <summary>Writes the target.</summary>
    public void Finish()
    {
        if (_isFinished)
            return;
        if (Path.GetExtension(_path).Equals(".npy", StringComparison.OrdinalIgnoreCase))
            AtomicFile.Write(_path, WriteArray);
        else
            SafeTensors.Write(_path, _parts.Select((_, i) => new CheckpointTensor(_names[i], ElementType.Float32, _shape, Bytes(i))));
        _isWritten = true;
    }

    public void Dispose()
    {
        for (int i = 0; i < _parts.Length; i++)
        {
            _parts[i].Dispose();
            if (_isWritten || !_staysOnInterruption)
                File.Delete(PartPath(i));
        }
    }

    private string PartPath(int attack) => $"{_path}.{attack}.part";

    private FileStream Open(string part, long length, int known)
    {
        try
        {
            FileStream stream = new(part, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            if (stream.Length < length)
            {
                stream.Dispose();
                throw new GdwsException(
                    $"{_path}: the adversarial images of the {known:N0} images already done aren't in {part}; leave out --save-adversarial, or delete the outcome file to start anew");
            }

            // Where the interruption came between the images and their outcomes, they are made once more.
            stream.SetLength(length);
            stream.Position = length;
            return stream;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new GdwsException($"{part}: can't be written: {exception.Message.Split('\n')[0]}", exception);
        }
    }

    /// <summary>The NumPy format, version 1.0: a Python literal padded so that the numbers begin at a multiple of 64.</summary>
    private void WriteArray(Stream stream)
    {
        const int prefix = 10, alignment = 64;
        string literal = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({string.Join(", ", _shape)}), }}";
        int padding = (alignment - ((prefix + literal.Length + 1) % alignment)) % alignment;
        byte[] header = Encoding.ASCII.GetBytes(literal + new string(' ', padding) + "\n");
        stream.Write([0x93, .. "NUMPY"u8, 1, 0]);
        Span<byte> length = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)header.Length);
        stream.Write(length);
        stream.Write(header);
        _parts[0].Position = 0;
        _parts[0].CopyTo(stream);
    }

    private byte[] Bytes(int attack)
    {
        if (_parts[attack].Length > Array.MaxLength)
            throw new GdwsException($"{_path}: {_parts[attack].Length:N0} bytes of images are more than one tensor can hold here; name a .npy file, or use --shard");
        byte[] bytes = new byte[_parts[attack].Length];
        _parts[attack].Position = 0;
        _parts[attack].ReadExactly(bytes);
        return bytes;
    }
}

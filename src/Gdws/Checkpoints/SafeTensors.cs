using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Gdws.Checkpoints;

/// <summary>
/// Writes safetensors (https://github.com/huggingface/safetensors): a JSON header and the tensors' bytes. <see cref="Checkpoint.Load"/> reads them.
/// </summary>
public static class SafeTensors
{
    private const int Alignment = 8;

    private static readonly JsonWriterOptions s_compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a file, whole or not at all. The same tensors and metadata, in whatever order, give the same bytes.</summary>
    /// <param name="path">The target; its folder is created where missing.</param>
    /// <param name="tensors">The tensors; names must differ. They are written by size of their elements, largest first, then by name.</param>
    /// <param name="metadata">Free text by key, e.g. where the tensors come from; none by default.</param>
    /// <exception cref="GdwsException">
    /// Two tensors have the same name, one has more or fewer bytes than its shape says, the header is too long, or the file can't be written.
    /// </exception>
    public static void Write(string path, IEnumerable<CheckpointTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);

        CheckpointTensor[] sorted = [.. tensors.OrderByDescending(t => t.Type.Size()).ThenBy(t => t.Name, StringComparer.Ordinal)];
        RequireSound(path, sorted);
        byte[] header = Header(sorted, metadata ?? new Dictionary<string, string>());
        if (header.Length > SafeTensorsReader.MaximumHeaderLength)
            throw new GdwsException($"{path}: the header would take {header.Length:N0} bytes, the format allows {SafeTensorsReader.MaximumHeaderLength:N0}");

        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (CheckpointTensor tensor in sorted)
                stream.Write(tensor.Bytes.Span);
        });
    }

    private static void RequireSound(string path, CheckpointTensor[] sorted)
    {
        HashSet<string> names = new(StringComparer.Ordinal) { SafeTensorsHeader.MetadataName };
        foreach (CheckpointTensor tensor in sorted)
        {
            if (!names.Add(tensor.Name))
                throw new GdwsException($"{path}: can't hold two tensors named {tensor.Name}, nor one named {SafeTensorsHeader.MetadataName}");
            long needed = tensor.Length * tensor.Type.Size();
            if (tensor.Bytes.Length != needed)
                throw new GdwsException($"{path}: tensor {tensor.Name} of shape {tensor.ShapeText} needs {needed:N0} bytes, found {tensor.Bytes.Length:N0}");
        }
    }

    private static byte[] Header(CheckpointTensor[] tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using MemoryStream header = new();
        using (Utf8JsonWriter json = new(header, s_compact))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            long offset = 0;
            foreach (CheckpointTensor tensor in tensors)
            {
                WriteEntry(json, tensor, offset);
                offset += tensor.Bytes.Length;
            }

            json.WriteEndObject();
        }

        while (header.Length % Alignment != 0)
            header.WriteByte((byte)' ');
        return header.ToArray();
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.Count == 0)
            return;

        json.WriteStartObject(SafeTensorsHeader.MetadataName);
        foreach ((string key, string value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
            json.WriteString(key, value);
        json.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter json, CheckpointTensor tensor, long offset)
    {
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", SafeTensorsType.NameOf(tensor.Type));
        json.WriteStartArray("shape");
        foreach (int dimension in tensor.Shape)
            json.WriteNumberValue(dimension);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(offset + tensor.Bytes.Length);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}

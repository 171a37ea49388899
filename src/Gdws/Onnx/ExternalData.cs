using System.Globalization;
using Gdws.Onnx.Schema;
using Google.Protobuf;

namespace Gdws.Onnx;

/// <summary>Weights that a model keeps in files beside it.</summary>
internal static class ExternalData
{
    private const int SmallestMoved = 1024;
    private const int Alignment = 4096;

    /// <summary>Replaces every reference to external data by the data.</summary>
    /// <exception cref="InvalidFileException">A reference leaves the model's folder, or points at what isn't there.</exception>
    public static void Inline(ModelProto model, string path)
    {
        Dictionary<(string File, long Offset, long Length), ByteString> known = [];
        Dictionary<string, long> taken = new(StringComparer.Ordinal);
        foreach (TensorProto tensor in Tensors(model.Graph))
        {
            if (tensor.DataLocation != TensorProto.Types.DataLocation.External)
                continue;
            tensor.RawData = Read(tensor, path, known, taken);
            tensor.ExternalData.Clear();
            tensor.ClearDataLocation();
        }
    }

    /// <summary>The bytes of all weights, about what the message takes.</summary>
    public static long PayloadLength(ModelProto model) => Tensors(model.Graph).Sum(tensor =>
        (long)tensor.RawData.Length + (4L * tensor.FloatData.Count) + (8L * tensor.Int64Data.Count) + (8L * tensor.DoubleData.Count));

    /// <summary>A copy of the model whose large weights lie in <c>PATH.data</c>, which is written.</summary>
    public static ModelProto MoveOut(ModelProto model, string path)
    {
        ModelProto moved = model.Clone();
        string file = path + ".data";
        AtomicFile.Write(file, stream =>
        {
            foreach (TensorProto tensor in Tensors(moved.Graph).Where(t => t.RawData.Length >= SmallestMoved))
            {
                stream.SetLength(stream.Position = (stream.Position + Alignment - 1) / Alignment * Alignment);
                Refer(tensor, "location", Path.GetFileName(file));
                Refer(tensor, "offset", stream.Position.ToString(CultureInfo.InvariantCulture));
                Refer(tensor, "length", tensor.RawData.Length.ToString(CultureInfo.InvariantCulture));
                tensor.DataLocation = TensorProto.Types.DataLocation.External;
                tensor.RawData.WriteTo(stream);
                tensor.ClearRawData();
            }
        });
        return moved;
    }

    private static void Refer(TensorProto tensor, string key, string value) =>
        tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });

    /// <summary>
    /// Reads a range, once for all tensors that share it. Ranges that overlap otherwise are no way to store weights, but one to make a small file
    /// take any amount of memory.
    /// </summary>
    private static ByteString Read(
        TensorProto tensor,
        string path,
        Dictionary<(string File, long Offset, long Length), ByteString> known,
        Dictionary<string, long> taken)
    {
        string location = Entry(tensor, "location") ?? throw Problem("names no file");
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string file = Path.GetFullPath(Path.Combine(folder, location));
        if (Path.IsPathRooted(location) || !IsInside(file, folder))
            throw Problem($"points outside the model's folder: {location}");

        FileInfo info = new(file);
        if (!info.Exists)
            throw Problem($"is missing: there is no file {location} beside the model");
        if (info.ResolveLinkTarget(returnFinalTarget: true) is { } target && !IsInside(target.FullName, folder))
            throw Problem($"points outside the model's folder: {location} is a link to somewhere else");

        long offset = Number("offset", 0);
        long length = Number("length", Math.Max(0, info.Length - offset));
        if (offset > info.Length || length > info.Length - offset)
            throw Problem($"reaches beyond the end of {location}: {length:N0} bytes from {offset:N0}, the file has {info.Length:N0}");
        if (length > Array.MaxLength)
            throw Problem($"is too large: {length:N0} bytes");

        if (known.TryGetValue((file, offset, length), out ByteString? shared))
            return shared;
        if ((taken[file] = taken.GetValueOrDefault(file) + length) > info.Length)
            throw Problem($"overlaps that of other tensors in {location}");

        try
        {
            byte[] bytes = new byte[length];
            using FileStream stream = info.OpenRead();
            stream.Position = offset;
            stream.ReadExactly(bytes);
            return known[(file, offset, length)] = UnsafeByteOperations.UnsafeWrap(bytes);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidFileException(path, $"the external data of tensor {tensor.Name} can't be read from {location}", exception);
        }

        long Number(string key, long fallback)
        {
            if (Entry(tensor, key) is not { } text)
                return fallback;
            bool valid = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value);
            return valid ? value : throw Problem($"has an impossible {key}: {text}");
        }

        InvalidFileException Problem(string problem) => new(path, $"the external data of tensor {tensor.Name} {problem}");
    }

    private static string? Entry(TensorProto tensor, string key) => tensor.ExternalData.FirstOrDefault(e => e.Key == key)?.Value;

    private static bool IsInside(string file, string folder) =>
        file.StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static IEnumerable<TensorProto> Tensors(GraphProto graph)
    {
        IEnumerable<TensorProto> own = graph.Initializer;
        foreach (AttributeProto attribute in graph.Node.SelectMany(node => node.Attribute))
        {
            if (attribute.T is not null)
                own = own.Append(attribute.T);
            own = own.Concat(attribute.Tensors);
            if (attribute.G is not null)
                own = own.Concat(Tensors(attribute.G));
            own = own.Concat(attribute.Graphs.SelectMany(Tensors));
        }

        return own;
    }
}

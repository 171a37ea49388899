using Gdws.Onnx.Schema;
using Google.Protobuf;

namespace Gdws.Onnx;

/// <summary>Reads and writes <c>.onnx</c> files.</summary>
internal static class OnnxFile
{
    /// <summary>The largest message that the format allows; what is larger keeps its weights in a file of their own.</summary>
    private const long LargestMessage = int.MaxValue - (1L << 20);

    /// <summary>Reads a model with its external data in place.</summary>
    /// <exception cref="InvalidFileException">The file is missing, damaged or no ONNX model.</exception>
    public static ModelProto Read(string path)
    {
        ModelProto model = Parse(ReadBytes(path), path);
        ExternalData.Inline(model, path);
        RequireWholeTensors(model, path);
        return model;
    }

    /// <summary>Reads a model from memory.</summary>
    public static ModelProto Parse(ReadOnlySpan<byte> bytes, string source)
    {
        RefuseOtherFormats(bytes, source);
        ModelProto model;
        try
        {
            model = ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new InvalidFileException(source, "is no ONNX model, or a damaged or truncated one", exception);
        }

        if (model.Graph is null || (model.Graph.Node.Count == 0 && model.Graph.Output.Count == 0))
            throw new InvalidFileException(source, "is no ONNX model, or a damaged or truncated one: it has no graph");
        return model;
    }

    /// <summary>Writes a model whole or not at all; weights beyond the format's limit go to <c>PATH.data</c> beside it.</summary>
    public static void Write(ModelProto model, string path, long largestMessage = LargestMessage)
    {
        if (ExternalData.PayloadLength(model) > largestMessage)
            model = ExternalData.MoveOut(model, path);
        AtomicFile.Write(path, model.WriteTo);
    }

    /// <summary>Every initializer has as many bytes as its shape says, so that nothing later on meets a hole.</summary>
    private static void RequireWholeTensors(ModelProto model, string source)
    {
        try
        {
            foreach (TensorProto tensor in model.Graph.Initializer)
                OnnxTensor.RequireWhole(tensor);
        }
        catch (InvalidFileException)
        {
            throw;
        }
        catch (GdwsException exception)
        {
            throw new InvalidFileException(source, exception.Message, exception);
        }
    }

    private static byte[] ReadBytes(string path)
    {
        try
        {
            OrdinaryFile.RequireContent(path);
            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidFileException(path, Directory.Exists(path) ? "is a folder, not an ONNX file" : "there is no such file", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            string problem = Directory.Exists(path) ? "is a folder, not an ONNX file" : $"can't be read: {exception.Message}";
            throw new InvalidFileException(path, problem, exception);
        }
    }

    private static void RefuseOtherFormats(ReadOnlySpan<byte> bytes, string source)
    {
        if (bytes.IsEmpty)
            throw new InvalidFileException(source, "is empty, expected an ONNX model");
        if (bytes.StartsWith("PK\u0003\u0004"u8) || (bytes.Length > 2 && bytes[0] == 0x80 && bytes[1] is >= 2 and <= 5))
            throw new InvalidFileException(source, "is a checkpoint, not an ONNX network: convert it first (gdws convert CHECKPOINT -o NET.onnx)");
        if (bytes.Length > 9 && bytes[8] == (byte)'{' && bytes[9] is (byte)'"' or (byte)'}')
            throw new InvalidFileException(source, "is a safetensors checkpoint, not an ONNX network: convert it first (gdws convert CHECKPOINT -o NET.onnx)");
        if (bytes.StartsWith("version https://git-lfs"u8))
            throw new InvalidFileException(source, "is a Git LFS pointer, not the file itself: fetch it with git lfs pull");
    }
}

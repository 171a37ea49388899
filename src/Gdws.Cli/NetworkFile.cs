using Gdws.Onnx;

namespace Gdws.Cli;

/// <summary>Opens what the user names as a network.</summary>
internal static class NetworkFile
{
    /// <exception cref="GdwsException">There is no network there; for a checkpoint the message says how to make one of it.</exception>
    public static OnnxModel Load(string path)
    {
        if (IsCheckpoint(path))
        {
            string network = Path.ChangeExtension(path, ".onnx");
            throw new GdwsException($"{path}: is a checkpoint, not a network; `gdws convert {path} -o {network}` makes a network of it");
        }

        return OnnxModel.Load(path);
    }

    /// <summary>Whether a file holds the tensors of a network, not the network: by its first bytes, whatever it is called.</summary>
    public static bool IsCheckpoint(string path)
    {
        // Reading a pipe or a device would wait for ever; whoever loads the file says what is wrong with it.
        if (new FileInfo(path) is not { Exists: true, Length: > 0 })
            return false;

        Span<byte> first = stackalloc byte[10];
        try
        {
            using FileStream stream = File.OpenRead(path);
            first = first[..stream.ReadAtLeast(first, first.Length, throwOnEndOfStream: false)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new GdwsException($"{path}: can't be read: {exception.Message}", exception);
        }

        bool isZip = first.StartsWith("PK\u0003\u0004"u8);
        bool isPickle = first.Length > 1 && first[0] == 0x80 && first[1] is >= 2 and <= 5;
        bool isSafetensors = first.Length == 10 && first[8] == '{' && (first[9] is (byte)'"' or (byte)'}' || first[4..8].IndexOfAnyExcept((byte)0) < 0);
        return isZip || isPickle || isSafetensors;
    }
}

namespace Gdws.Data;

/// <summary>Opens and reads files of images so that whatever goes wrong becomes one line that names the file.</summary>
internal static class DataFile
{
    /// <summary>The largest array that one dataset may take: above all official ones, below what an array can hold.</summary>
    public const long MaximumBytes = 2_000_000_000;

    private const int Step = 1 << 20;

    /// <summary>Opens an existing file for reading.</summary>
    public static FileStream Open(string path) => Guard(path, () =>
    {
        if (Directory.Exists(path))
            throw new InvalidFileException(path, "expected a file, found a folder");
        OrdinaryFile.RequireContent(path, "holds no images: it is empty");
        return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
    });

    /// <summary>Reads a whole file of at most <paramref name="maximum"/> bytes.</summary>
    public static byte[] ReadAll(string path, long maximum)
    {
        using FileStream stream = Open(path);
        return Guard(path, () =>
        {
            if (stream.Length > maximum)
                throw new InvalidFileException(path, $"expected at most {maximum} bytes, found {stream.Length}");
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        });
    }

    /// <summary>The folder itself, if it exists.</summary>
    public static string ExistingFolder(string path)
    {
        if (File.Exists(path))
            throw new GdwsException($"{path}: expected a folder, found a file");
        if (!Directory.Exists(path))
            throw new GdwsException($"{path}: no such folder");
        return path;
    }

    /// <summary>Reads exactly the bytes that a header declares; memory is taken as data comes, not as the header promises.</summary>
    public static byte[] ReadDeclared(string path, Stream stream, int expected)
    {
        byte[] values = new byte[Math.Min(expected, Step)];
        int filled = 0;
        while (true)
        {
            filled += stream.ReadAtLeast(values.AsSpan(filled), values.Length - filled, throwOnEndOfStream: false);
            if (filled < values.Length)
                throw new InvalidFileException(path, $"declares {expected} bytes of content, found {filled}: the file is truncated");
            if (filled == expected)
                return values;
            Array.Resize(ref values, (int)Math.Min(expected, 2L * values.Length));
        }
    }

    /// <summary>Reads; errors of the system and of decompression become <see cref="InvalidFileException"/>.</summary>
    public static T Guard<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidFileException(path, "no such file", exception);
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidFileException(path, "ended too early: the file is truncated", exception);
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidFileException(path, "the compressed data is damaged", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InvalidFileException(path, $"can't be read: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }
}

namespace Gdws;

/// <summary>
/// Writes a file whole or not at all: the content goes to a new file beside the target, which then takes the target's place.
/// An interruption, a full disk or an exception leaves the target as it was.
/// </summary>
public static class AtomicFile
{
    /// <summary>Writes <paramref name="path"/> with what <paramref name="write"/> puts in the stream.</summary>
    /// <param name="path">The target; its folder is created where missing.</param>
    /// <param name="write">Writes the content. The stream is seekable.</param>
    /// <exception cref="GdwsException">The folder or file can't be written, or the disk is full.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);

        string target = Path.GetFullPath(path);
        string temporary = $"{target}.{Environment.ProcessId}.{Guid.NewGuid():N}.tmp";
        try
        {
            if (Directory.Exists(target))
                throw new GdwsException($"{path}: can't be written: it is a folder");

            if (IsDevice(target))
            {
                WriteDevice(target, write);
                return;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            using (FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The system's message quotes the file beside the target, which the user never named.
            string problem = FirstLine(exception.Message).Replace($" : '{temporary}'", "", StringComparison.Ordinal);
            throw new GdwsException($"{path}: can't be written: {problem}", exception);
        }
        finally
        {
            Discard(temporary);
        }
    }

    /// <summary>Writes <paramref name="text"/> as UTF-8 without a byte order mark.</summary>
    /// <param name="path">The target; its folder is created where missing.</param>
    /// <param name="text">The content.</param>
    /// <exception cref="GdwsException">The folder or file can't be written, or the disk is full.</exception>
    public static void WriteText(string path, string text) =>
        Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    /// <summary>Devices such as /dev/null are written to; a file must never take their place.</summary>
    private static bool IsDevice(string target) =>
        !OperatingSystem.IsWindows() && target.StartsWith("/dev/", StringComparison.Ordinal) && File.Exists(target);

    private static void WriteDevice(string target, Action<Stream> write)
    {
        using MemoryStream content = new();
        write(content);
        using FileStream device = new(target, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        device.Write(content.GetBuffer().AsSpan(0, (int)content.Length));
    }

    private static void Discard(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Nothing more can be done; the target is untouched and the first error is the one worth reporting.
        }
    }

    private static string FirstLine(string message) => message.ReplaceLineEndings("\n").Split('\n')[0];
}

namespace Gdws.Cli;

/// <summary>Reads short texts that the user names a file of.</summary>
internal static class TextFile
{
    private const long Longest = 1 << 20;

    /// <exception cref="GdwsException">There is no such file, or it is too long for what it should be.</exception>
    public static string Read(string path)
    {
        try
        {
            long length = new FileInfo(path).Length;
            return length <= Longest
                ? File.ReadAllText(path)
                : throw new InvalidFileException(path, $"is {length:N0} bytes long, expected a short text");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new GdwsException($"{path}: can't be read: {exception.Message}", exception);
        }
    }
}

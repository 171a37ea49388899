namespace Gdws.Cli.Output;

/// <summary>Finds out before minutes of work, not after them, that their result can't be written.</summary>
internal static class OutputPath
{
    /// <exception cref="GdwsException">The file can't be written there.</exception>
    public static void RequireWritable(string path)
    {
        string target = Path.GetFullPath(path);
        if (Directory.Exists(target))
            throw new GdwsException($"{path}: can't be written: it is a folder");
        RequireWritableFolder(Path.GetDirectoryName(target)!, path);
    }

    /// <exception cref="GdwsException">No file can be written in that folder.</exception>
    public static void RequireWritableFolder(string folder, string shown)
    {
        string existing = Path.GetFullPath(folder);
        while (!Directory.Exists(existing))
        {
            if (File.Exists(existing))
                throw new GdwsException($"{shown}: can't be written: {existing} is a file, not a folder");
            existing = Path.GetDirectoryName(existing) ?? throw new GdwsException($"{shown}: can't be written: no such folder");
        }

        string probe = Path.Combine(existing, $".gdws-{Guid.NewGuid():N}.tmp");
        try
        {
            using FileStream stream = new(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new GdwsException($"{shown}: can't be written: no file can be made in {existing}", exception);
        }
    }
}

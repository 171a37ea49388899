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

    /// <summary>Refuses to overwrite a file that the same command reads or writes: a checkpoint may be the only copy there is.</summary>
    /// <param name="reads">The files that are read, null where an option isn't given.</param>
    /// <param name="writes">The files that are written, null where an option isn't given, <c>-</c> for standard output.</param>
    /// <exception cref="GdwsException">A file is in both lists, or twice among those that are written.</exception>
    public static void RequireDistinct(IEnumerable<string?> reads, params IEnumerable<string?> writes)
    {
        HashSet<string> read = [.. reads.OfType<string>().Select(Identity)];
        HashSet<string> written = [];
        foreach (string path in writes.OfType<string>().Where(path => path != "-"))
        {
            string identity = Identity(path);
            if (read.Contains(identity))
                throw new GdwsException($"{path}: would be overwritten, but it is what the command reads; name another file to write");
            if (!written.Add(identity) && !identity.StartsWith("/dev/", StringComparison.Ordinal))
                throw new GdwsException($"{path}: two results would be written to it; name another file for one of them");
        }
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

    private static string Identity(string path)
    {
        string full = Path.GetFullPath(path);
        bool isLink = File.Exists(full) && new FileInfo(full).LinkTarget is not null;
        string target = isLink ? File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full : full;
        return OperatingSystem.IsLinux() ? target : target.ToUpperInvariant();
    }
}

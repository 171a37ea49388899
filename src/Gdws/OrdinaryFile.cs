namespace Gdws;

/// <summary>Tells what can be read to its end from what would block or never end: pipes, terminals and devices.</summary>
internal static class OrdinaryFile
{
    /// <summary>Requires content of a known length, without opening the file: opening a pipe waits for its writer, for ever if there is none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problem">What an empty file means to who reads it.</param>
    /// <exception cref="InvalidFileException">The file is there and has no length: it is empty, a pipe or a device.</exception>
    /// <remarks>A file that isn't there passes: opening it says so better.</remarks>
    public static void RequireContent(string path, string problem = "is empty")
    {
        FileInfo file = new(path);
        if (file.Exists && file.Length == 0)
            throw new InvalidFileException(path, $"{problem} (or a pipe or device, which can't be read as a file)");
    }
}

namespace Gdws;

/// <summary>A file is truncated, damaged, hostile or of another kind than was asked for.</summary>
public sealed class InvalidFileException : GdwsException
{
    /// <summary>Creates the exception; the message becomes <c>file: problem</c>.</summary>
    /// <param name="file">The file's path or name.</param>
    /// <param name="problem">What was expected and what was found, with the place in the file where known.</param>
    public InvalidFileException(string file, string problem) : base($"{file}: {problem}") => File = file;

    /// <summary>Creates the exception with its cause; the message becomes <c>file: problem</c>.</summary>
    /// <param name="file">The file's path or name.</param>
    /// <param name="problem">What was expected and what was found, with the place in the file where known.</param>
    /// <param name="innerException">The cause, shown only where details are asked for.</param>
    public InvalidFileException(string file, string problem, Exception innerException)
        : base($"{file}: {problem}", innerException) => File = file;

    /// <summary>The file's path or name.</summary>
    public string File { get; }
}

namespace Gdws;

/// <summary>
/// Something the user can act on went wrong: a file that is not what it should be, a request that can't be met.
/// The message is one line and stands for itself: it names the file, the layer and the number that was wrong.
/// </summary>
public class GdwsException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line: what, where, what was expected and what was found.</param>
    public GdwsException(string message) : base(OneLine(message))
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    /// <param name="message">One line: what, where, what was expected and what was found.</param>
    /// <param name="innerException">The cause, shown only where details are asked for.</param>
    public GdwsException(string message, Exception innerException) : base(OneLine(message), innerException)
    {
    }

    /// <summary>
    /// Messages quote names from files that may be hostile: a line break would fake a second message, an escape sequence would
    /// rewrite the terminal. Control characters become a middle dot.
    /// </summary>
    private static string OneLine(string message) =>
        message.Any(char.IsControl) ? string.Concat(message.Select(c => char.IsControl(c) ? '·' : c)) : message;
}

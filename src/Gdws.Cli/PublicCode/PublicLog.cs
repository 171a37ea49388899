using System.Globalization;

namespace Gdws.Cli.PublicCode;

/// <summary>The log of the paper's code: a head line, then a line a run, <c>ε tab accuracy</c>.</summary>
internal static class PublicLog
{
    private const string Head = "epsilon\ttestacc";

    /// <summary>What is in the log already.</summary>
    /// <exception cref="GdwsException">It can't be read, or is something else.</exception>
    public static string ReadBefore(string path)
    {
        if (!File.Exists(path))
            return Head + "\n";
        string text = TextFile.Read(path);
        if (text.Length > 0 && !text.StartsWith(Head, StringComparison.Ordinal))
            throw new InvalidFileException(path, "isn't a log of this command, whose first line is epsilon, tab, testacc; name another file by --logfilename");
        return text.Length == 0 ? Head + "\n" : text.EndsWith('\n') ? text : text + "\n";
    }

    /// <summary>Adds a run, the file whole or not at all.</summary>
    /// <param name="path">The log.</param>
    /// <param name="before">What <see cref="ReadBefore"/> gave.</param>
    /// <param name="epsilon">ε in pixel units; 0 without an attack.</param>
    /// <param name="correct">Images classified rightly.</param>
    /// <param name="images">All images.</param>
    /// <returns>The line.</returns>
    public static string Append(string path, string before, double epsilon, int correct, int images)
    {
        string line = $"{epsilon:F8}\t{Rounded(correct * 100.0 / images)}";
        AtomicFile.WriteText(path, before + line + "\n");
        return line;
    }

    /// <summary>Three digits; a number exactly between two goes to the even one, as in Python.</summary>
    internal static string Rounded(double percent)
    {
        string exact = percent.ToString("F60", CultureInfo.InvariantCulture);
        int cut = exact.IndexOf('.') + 4;
        bool isTie = exact[cut] == '5' && exact.AsSpan(cut + 1).TrimEnd('0').IsEmpty;
        return isTie
            ? Math.Round(decimal.Parse(exact[..(cut + 1)], CultureInfo.InvariantCulture), 3, MidpointRounding.ToEven).ToString("F3", CultureInfo.InvariantCulture)
            : percent.ToString("F3", CultureInfo.InvariantCulture);
    }
}

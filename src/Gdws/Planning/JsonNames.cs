namespace Gdws.Planning;

/// <summary>Text out of a document that may be hostile.</summary>
internal static class JsonNames
{
    private const int Longest = 80;

    /// <summary>One short line without control characters, for messages.</summary>
    public static string Short(string text)
    {
        string line = new([.. text.Take(Longest).Select(c => char.IsControl(c) ? ' ' : c)]);
        return text.Length > Longest ? line + "…" : line;
    }

    /// <summary>Whether it is a hash as we write them.</summary>
    public static bool IsSha256(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);
}

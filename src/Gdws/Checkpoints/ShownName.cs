using System.Text;

namespace Gdws.Checkpoints;

/// <summary>Names that come from a file, made fit for a message of one line.</summary>
internal static class ShownName
{
    private const int MaximumLength = 120;

    /// <summary>The name without control characters, cut where it is absurdly long.</summary>
    public static string Of(string name)
    {
        StringBuilder shown = new();
        foreach (char c in name.AsSpan(0, Math.Min(name.Length, MaximumLength)))
            shown.Append(char.IsControl(c) || c is '\u2028' or '\u2029' ? '?' : c);
        return name.Length > MaximumLength ? shown.Append("...").ToString() : shown.ToString();
    }
}

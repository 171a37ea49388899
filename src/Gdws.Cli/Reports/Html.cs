using System.Net;
using System.Text;

namespace Gdws.Cli.Reports;

/// <summary>Makes text into HTML. Whatever comes from a file goes through here: layers may be called anything.</summary>
internal static class Html
{
    /// <summary>Text as it is, for an element's content or an attribute in double quotes; control characters become spaces.</summary>
    public static string Text(string text)
    {
        StringBuilder clean = new(text.Length);
        foreach (char c in text)
            clean.Append(char.IsControl(c) && c != '\n' ? ' ' : c);
        return WebUtility.HtmlEncode(clean.ToString());
    }

    /// <summary>JSON for the inside of a script element, which only its end tag or a comment could leave.</summary>
    /// <param name="json">A valid document: there &lt; stands only in strings, where it may be escaped.</param>
    public static string Json(string json) => json.Replace("<", "\\u003c", StringComparison.Ordinal);

    /// <summary>A picture that a chart is drawn in, with the words that stand for it.</summary>
    /// <param name="chart">Which chart, and of what: attributes for the script.</param>
    /// <param name="caption">What stands above it.</param>
    /// <param name="alternative">What the picture says, in words.</param>
    /// <param name="note">What stands below it; null for nothing.</param>
    public static string Figure(string chart, string caption, string alternative, string? note = null) =>
        $"""
        <figure data-chart="{Text(chart)}">
        <figcaption>{Text(caption)}</figcaption>
        <div class="plot" data-alt="{Text(alternative)}"></div>
        {(note is null ? "" : $"<p class=\"note\">{Text(note)}</p>")}
        </figure>

        """;
}

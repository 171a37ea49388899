using System.Text;
using Gdws.Cli.Reports.Sections;
using Gdws.Cli.Sweeps;

namespace Gdws.Cli.Reports;

/// <summary>
/// A page about results: one file that opens from disk, needs no network, and holds the data that it was made of. Every figure stands in a table, which is
/// HTML and needs no script; the pictures are drawn from the same numbers in the browser, in whatever width and colours it has.
/// </summary>
internal static class ReportPage
{
    /// <summary>The page of a sweep.</summary>
    public static string Write(SweepResult result) => Write(result, [new ResultDocument(SweepFolder.Results, SweepJson.Write(result))]);

    /// <summary>The page of results that came from files.</summary>
    /// <param name="result">What they hold together.</param>
    /// <param name="documents">The files, for readers to take along.</param>
    public static string Write(SweepResult result, IReadOnlyList<ResultDocument> documents)
    {
        (string Id, string Title, string Html)[] sections =
        [
            .. Sections(result, documents).Where(section => section.Html.Length > 0),
        ];
        StringBuilder page = new();
        page.Append($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="{Html.Text(ReportAssets.Policy)}">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="generator" content="gdws {Html.Text(SweepVersions.Gdws)}">
            <title>{Html.Text(result.Title)}</title>
            <style>
            {ReportAssets.Style}</style>
            </head>
            <body>
            <a class="skip" href="#main">Skip to the results</a>
            <header>
            <h1>{Html.Text(result.Title)}</h1>
            {(result.Introduction is { } introduction ? $"<p class=\"lead\">{Html.Text(introduction)}</p>" : "")}
            <nav aria-label="Sections"><ul>{string.Concat(sections.Select(section => $"<li><a href=\"#{section.Id}\">{Html.Text(section.Title)}</a></li>"))}</ul></nav>
            <p class="note undrawn">Without JavaScript the pictures are missing; the tables hold the same figures.</p>
            </header>
            <main id="main">

            """);
        foreach ((string id, string title, string html) in sections)
            page.Append($"<section id=\"{id}\" aria-labelledby=\"{id}-title\">\n<h2 id=\"{id}-title\">{Html.Text(title)}</h2>\n{html}</section>\n");
        page.Append("</main>\n");
        page.Append($"<script type=\"application/json\" id=\"charts\">{Html.Json(ChartData.Of(result))}</script>\n");
        foreach ((int index, ResultDocument document) in documents.Index())
            page.Append($"<script type=\"application/json\" id=\"document-{index}\">{Html.Json(document.Text)}</script>\n");
        foreach (string script in ReportAssets.Scripts)
            page.Append($"<script>{script}</script>\n");
        return page.Append("</body>\n</html>\n").ToString();
    }

    private static IEnumerable<(string Id, string Title, string Html)> Sections(SweepResult result, IReadOnlyList<ResultDocument> documents) =>
    [
        ("summary", "Accuracy against speed", SummarySection.Write(result)),
        ("effort", "Size and time", EffortSection.Write(result)),
        ("layers", "Layer by layer", LayerSection.Write(result)),
        ("attacks", "Attacks", AttackSection.Write(result)),
        ("gallery", "Images under attack", GallerySection.Write(result)),
        ("conditions", "How it was measured", ConditionsSection.Write(result, documents)),
    ];
}

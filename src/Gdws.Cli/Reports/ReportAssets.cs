using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Gdws.Cli.Reports;

/// <summary>Style and scripts of the page; they are part of the program.</summary>
internal static class ReportAssets
{
    public static string Style { get; } = Read("report.css");

    /// <summary>d3, Observable Plot, and our own script, in the order in which they must run.</summary>
    public static IReadOnlyList<string> Scripts { get; } = [Read("d3.min.js"), Read("plot.umd.min.js"), Read("report.js")];

    /// <summary>Whose work the libraries are, and on what terms.</summary>
    public static string Licences { get; } = Read("LICENSES.txt");

    /// <summary>
    /// What the page may do: run exactly these scripts, show pictures that it holds itself, and nothing else. It can't load or send anything, and a
    /// script that a hostile name had brought in would not run.
    /// </summary>
    public static string Policy { get; } = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; script-src "
        + string.Join(' ', Scripts.Select(script => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}'"));

    private static string Read(string name)
    {
        Assembly assembly = typeof(ReportAssets).Assembly;
        using Stream stream = assembly.GetManifestResourceStream($"Gdws.Cli.Reports.{name}")
            ?? throw new InvalidOperationException($"the program was built without {name}");
        using StreamReader reader = new(stream, Encoding.UTF8);

        // A page has one kind of line end; the hash is of the text as the browser sees it.
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}

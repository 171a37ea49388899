#:package Markdig
#:property PublishAot=false

// Makes the API reference, artifacts/api/index.html, of the doc comments: dotnet run build/ApiReference.cs
// Roslynator (.config/dotnet-tools.json) writes Markdown, a page a member; here it becomes HTML. What is found wrong on the way, a member without a
// summary or a link that leads nowhere, is told in a line each, and then the exit code is 1.

using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Markdig;

const string Page = "index.html", MarkdownPage = "README.md", Schema = "Gdws/Onnx/Schema/";
string root = Root(), markdown = Path.Combine(root, "artifacts", "api-markdown"), target = Path.Combine(root, "artifacts", "api");
foreach (string folder in (string[])[markdown, target])
{
    if (Directory.Exists(folder))
        Directory.Delete(folder, recursive: true);
}

// The schema's classes are generated, so that there must have been a build. Its warnings are errors: a comment that is missing, or that names what
// doesn't exist.
Run("build", "src/Gdws.Torch", "-c", "Release", "-v", "q");
Run("build", "src/Gdws.OnnxRuntime", "-c", "Release", "-v", "q");
Run("tool", "restore", "-v", "q");
Run(
    "roslynator", "generate-doc", "Gdws.slnx", "--projects", "Gdws", "Gdws.Torch", "Gdws.OnnxRuntime", "--properties", "Configuration=Release",
    "--host", "github", "--heading", "Gdws: API reference", "--ignored-type-parts", "explicit-interface-implementations",
    "--no-delete", "--output", markdown, "--verbosity", "q");

MarkdownPipeline pipeline = new MarkdownPipelineBuilder().UsePipeTables().UseAutoIdentifiers().Build();
List<string> problems = [];
Dictionary<string, string> pages = [];
foreach (string file in Directory.EnumerateFiles(markdown, MarkdownPage, SearchOption.AllDirectories))
{
    string relative = Path.GetRelativePath(markdown, file).Replace('\\', '/'), text = File.ReadAllText(file);
    if (relative.StartsWith(Schema, StringComparison.Ordinal))
        text = EmptyRow().Replace(text, "| $1 | As of every protobuf message. |");
    foreach (Match row in EmptyRow().Matches(text).Where(row => !IsImplied(row.Groups[1].Value)))
        problems.Add($"{relative}: {row.Groups[1].Value} has no summary");
    pages[relative[..^MarkdownPage.Length] + Page] = Markdown.ToHtml(text, pipeline).Replace(MarkdownPage, Page, StringComparison.Ordinal);
}

foreach ((string path, string body) in pages)
{
    IEnumerable<string> links = Links().Matches(body).Select(link => WebUtility.HtmlDecode(link.Groups[1].Value));
    problems.AddRange(links.Where(link => !Leads(path, link)).Select(link => $"{path}: {link} leads nowhere"));
}

foreach ((string path, string body) in pages)
{
    string full = Path.Combine(target, path);
    Directory.CreateDirectory(Path.GetDirectoryName(full)!);
    File.WriteAllText(full, Whole(body));
}

problems = [.. problems.Distinct().Order(StringComparer.Ordinal)];
foreach (string problem in problems)
    Console.Error.WriteLine($"error: {problem}");
Console.WriteLine($"{Path.GetRelativePath(Environment.CurrentDirectory, Path.Combine(target, Page))}: {pages.Count:N0} pages, {problems.Count:N0} problems");
return pages.Count > 1 && problems.Count == 0 ? 0 : 1;

// What a compiler adds, and what comes from .NET.
static bool IsImplied(string cell) =>
    cell.Contains("(-ctor/", StringComparison.Ordinal) || cell.Contains("](https://docs.microsoft.com/", StringComparison.Ordinal);

bool Leads(string from, string link)
{
    if (link.StartsWith("https://", StringComparison.Ordinal))
        return true;
    string[] parts = link.Split('#');
    string path = parts[0].Length == 0 ? from : new Uri(new Uri("file:///" + from), parts[0]).LocalPath[1..];
    return pages.TryGetValue(path, out string? body) && (parts.Length == 1 || body.Contains($"id=\"{parts[1]}\"", StringComparison.Ordinal));
}

static string Whole(string body) => $$"""
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>{{Title().Match(body).Groups[1].Value}}</title>
    <style>
    body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
    h1 { font-size: 1.6rem; overflow-wrap: anywhere; }
    h2 { font-size: 1.25rem; margin-top: 2rem; }
    h3 { font-size: 1.05rem; }
    pre { padding: .75rem; white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid #8885; border-radius: 4px; }
    code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
    table { border-collapse: collapse; width: 100%; table-layout: fixed; }
    th:first-child { width: 35%; }
    th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid #8885; overflow-wrap: anywhere; }
    </style>
    </head>
    <body>
    {{body}}</body>
    </html>

    """;

void Run(params string[] arguments)
{
    using Process process = Process.Start(new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = root })!;
    process.WaitForExit();
    if (process.ExitCode != 0)
        Environment.Exit(process.ExitCode);
}

static string Root([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, ".."));

internal static partial class Program
{
    [GeneratedRegex(@"^\| (\[.+?|\w.+?) \| *\|$", RegexOptions.Multiline)]
    private static partial Regex EmptyRow();

    [GeneratedRegex("href=\"([^\"]+)\"")]
    private static partial Regex Links();

    [GeneratedRegex("<h1[^>]*>(.*?)</h1>")]
    private static partial Regex Title();
}

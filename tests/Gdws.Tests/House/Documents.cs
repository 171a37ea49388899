using System.Text.RegularExpressions;

namespace Gdws.Tests.House;

/// <summary>The documents that users read, and what is in them to be typed.</summary>
internal static partial class Documents
{
    /// <summary>Their names, from the project's root: README, the packages' readmes and everything in docs.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "README.md",
        .. Found("src", "PACKAGE.md"),
        .. Found("docs", "*.md"),
    ];

    public static string Read(string document) => File.ReadAllText(Path.Combine(SharedFiles.Root, document)).ReplaceLineEndings("\n");

    /// <summary>The gdws commands of a document, in order, without the program's name; lines that end in \ go on.</summary>
    public static IEnumerable<string> Commands(string document) => Typed(document, GdwsCommand());

    /// <summary>The commands of the benchmarks in a document, without the program's name.</summary>
    public static IEnumerable<string> BenchmarkCommands(string document) => Typed(document, BenchmarkCommand());

    /// <summary>Lines that look like commands but stand in no block of commands, where nothing would try them.</summary>
    public static IEnumerable<string> StrayCommands(string document) =>
        AnyBlock().Replace(Read(document), "").Split('\n').Where(line => StrayCommand().IsMatch(line));

    /// <summary>What links to the headings of a text write after #.</summary>
    public static IEnumerable<string> Anchors(string text) => Heading().Matches(AnyBlock().Replace(text, "")).Select(heading => Anchor(heading.Groups[1].Value));

    /// <summary>As web pages make an anchor of a heading.</summary>
    public static string Anchor(string heading) => NoAnchor().Replace(heading.ToLowerInvariant(), "").Replace(' ', '-');

    public static IEnumerable<string> CSharp(string document) => CSharpBlocks().Matches(Read(document)).Select(block => block.Groups[1].Value);

    public static string[] Words(string command) => [.. Word().Matches(command).Select(match => match.Value.Trim('\'', '"'))];

    private static IEnumerable<string> Found(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(SharedFiles.Root, folder), pattern, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(SharedFiles.Root, file).Replace('\\', '/'))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    private static IEnumerable<string> Typed(string document, Regex command) =>
        from block in CommandBlocks().Matches(Read(document))
        from line in block.Groups[1].Value.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')
        let match = command.Match(ContainerCommand().Replace(line.Split('#')[0].Trim(), "$1"))
        where match.Success
        select match.Groups[1].Value;

    [GeneratedRegex(@"```(?:sh|console|yaml)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CommandBlocks();

    [GeneratedRegex(@"```.*?```", RegexOptions.Singleline)]
    private static partial Regex AnyBlock();

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoAnchor();

    [GeneratedRegex(@"```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharpBlocks();

    // An environment variable or a scheduler's launcher may stand before the program; a pipe or redirection ends what is the program's.
    [GeneratedRegex(@"^(?:[A-Z_]+=\S+ |srun )*(?:gdws|dotnet run --project src/Gdws\.Cli -c Release --) ([^|><]+)")]
    private static partial Regex GdwsCommand();

    [GeneratedRegex(@"^dotnet run --project bench/Gdws\.Benchmarks -c Release -- (.+)$")]
    private static partial Regex BenchmarkCommand();

    // How a container's command stands in YAML.
    [GeneratedRegex(@"^command: \[sh, -c, ""(.*)""\]$")]
    private static partial Regex ContainerCommand();

    [GeneratedRegex(@"^\s*(?:srun )?(?:gdws [a-z]|Gdws\.Benchmarks )")]
    private static partial Regex StrayCommand();

    [GeneratedRegex(@"'[^']*'|""[^""]*""|\S+")]
    private static partial Regex Word();
}

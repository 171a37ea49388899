using System.Text.RegularExpressions;
using Gdws.Benchmarks;
using Gdws.Cli;

namespace Gdws.Tests.House;

/// <summary>What README and docs tell people to type is what the program and the compiler understand, and where they point to there is something.</summary>
public sealed partial class DocumentationTests
{
    public static TheoryData<string> Names => [.. Documents.All];

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryCommandInADocument_IsUnderstood(string document)
    {
        foreach (string command in Documents.Commands(document))
        {
            string? mistake = GdwsCommandLine.Mistake(Documents.Words(command));
            Assert.True(mistake is null, $"{document}: gdws {command}: {mistake}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryBenchmarkInADocument_IsUnderstood(string document)
    {
        foreach (string command in Documents.BenchmarkCommands(document))
        {
            string? mistake = BenchmarkSyntax.Mistake(Documents.Words(command));
            Assert.True(mistake is null, $"{document}: {command}: {mistake}");
        }
    }

    [Theory]
    [InlineData("is missing", "protocol-throughput", "net.onnx")]
    [InlineData("too many", "training-memory", "1200", "msd", "kw_small", "7")]
    [InlineData("too many", "kernels", "Winograd", "Vector512")]
    [InlineData("unknown option --thread", "engine", "net.onnx", "--thread", "1")]
    [InlineData("--g has no value", "engine", "net.onnx", "--g")]
    [InlineData("usage: Gdws.Benchmarks ablation|", "throughput")]
    public void ABenchmarkCommandWithAMistake_IsntUnderstood(string mistake, params string[] words) =>
        Assert.Contains(mistake, BenchmarkSyntax.Mistake(words), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryCommandInADocument_StandsInABlockWhereItIsTried(string document) => Assert.Empty(Documents.StrayCommands(document));

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryCSharpSampleInADocument_IsOneThatIsCompiled(string document)
    {
        string[] compiled = [.. Directory.EnumerateFiles(Path.Combine(SharedFiles.Root, "tests/Gdws.Tests/House/Samples"), "*.cs").Select(file => Unindented(File.ReadAllText(file)))];

        foreach (string sample in Documents.CSharp(document))
            Assert.True(compiled.Any(file => file.Contains(Unindented(sample), StringComparison.Ordinal)), $"{document}: no file in House/Samples holds\n{sample}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryLinkInADocument_LeadsSomewhere(string document)
    {
        string self = Path.Combine(SharedFiles.Root, document), folder = Path.GetDirectoryName(self)!;
        IEnumerable<string> links = Link().Matches(Documents.Read(document)).Select(match => match.Groups[1].Value);

        foreach (string link in links.Where(link => !link.Contains(':', StringComparison.Ordinal)))
        {
            string[] parts = link.Split('#');
            string target = parts[0].Length == 0 ? self : Path.Combine(folder, parts[0]);
            Assert.True(Path.Exists(target), $"{document}: {link} doesn't exist");
            if (parts.Length > 1)
                Assert.True(Documents.Anchors(File.ReadAllText(target)).Contains(parts[1]), $"{document}: {link}: no heading is linked to so");
        }
    }

    [Fact]
    public void TheReadmeShowsCommandsOfEveryKind() => Assert.All(
        ["demo", "convert", "inspect", "approximate", "evaluate", "benchmark"],
        verb => Assert.Contains(Documents.Commands("README.md"), command => command.StartsWith(verb, StringComparison.Ordinal)));

    private static string Unindented(string text) =>
        string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}

using System.Text.RegularExpressions;
using Gdws.Cli;
using Gdws.Onnx;
using Gdws.Tests.Onnx;

namespace Gdws.Tests.House;

/// <summary>What README and docs tell people to type is what the program understands.</summary>
public sealed partial class DocumentationTests
{
    public static TheoryData<string> Documents =>
    [
        "README.md",
        .. Directory.EnumerateFiles(Path.Combine(SharedFiles.Root, "docs"), "*.md")
            .Select(file => Path.GetRelativePath(SharedFiles.Root, file)).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void EveryCommandInADocument_IsUnderstood(string document)
    {
        string text = Read(document);
        foreach (string line in ShellBlocks().Matches(text).SelectMany(block => block.Groups[1].Value.ReplaceLineEndings("\n").Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')))
        {
            string command = line.Split('#')[0].Trim();
            Match match = GdwsCommand().Match(command);
            if (match.Success)
                Assert.True(GdwsCommandLine.Mistake(Words(match.Groups[1].Value)) is null, $"{document}: {command}: {GdwsCommandLine.Mistake(Words(match.Groups[1].Value))}");
        }
    }

    [Fact]
    public void TheReadmeShowsCommandsOfEveryKind()
    {
        string text = Read("README.md");

        Assert.All(
            ["demo", "convert", "inspect", "approximate", "evaluate", "benchmark"],
            verb => Assert.Matches($@"(?m)^(gdws|dotnet run .* --) {verb}\b", text));
    }

    [Fact]
    public void TheReadmesCSharp_IsTheCompiledExample()
    {
        string sample = Read("tests/Gdws.Tests/House/ReadmeSample.cs");
        string compiled = sample[(sample.IndexOf("#region README", StringComparison.Ordinal) + "#region README".Length)..sample.IndexOf("#endregion", StringComparison.Ordinal)];
        string shown = CSharpBlocks().Match(Read("README.md")).Groups[1].Value;

        // The README leaves out the class around it.
        Assert.All(
            shown.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0),
            line => Assert.Contains(line, compiled, StringComparison.Ordinal));
        Assert.True(shown.Split('\n').Length > 5);
    }

    [Fact]
    public void TheReadmesCSharp_Runs()
    {
        string folder = Directory.CreateTempSubdirectory("gdws-").FullName;
        try
        {
            string source = Path.Combine(folder, "resnet.onnx");
            new TestNetwork(17, 0, 3, 8, 8)
                .Weight("a.weight", 8, 3, 3, 3).Weight("b.weight", 32, 8, 3, 3)
                .Node("Conv", "x", ["images", "a.weight"])
                .Node("Conv", "y", ["x", "b.weight"])
                .Build("y").Save(source);

            Example.Approximate(source, Path.Combine(folder, "resnet.gdws.onnx"));

            Assert.Equal(2, OnnxModel.Load(Path.Combine(folder, "resnet.gdws.onnx")).Convolutions.Count);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Read(string file) => File.ReadAllText(Path.Combine(SharedFiles.Root, file)).ReplaceLineEndings("\n");

    private static List<string> Words(string command) => [.. Word().Matches(command).Select(match => match.Value.Trim('\'', '"'))];

    [GeneratedRegex(@"```(?:sh|console)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ShellBlocks();

    [GeneratedRegex(@"```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharpBlocks();

    [GeneratedRegex(@"^(?:gdws|dotnet run --project src/Gdws\.Cli -c Release --) (.+)$")]
    private static partial Regex GdwsCommand();

    [GeneratedRegex(@"'[^']*'|""[^""]*""|\S+")]
    private static partial Regex Word();
}

using Gdws.Cli.Demo;
using Gdws.Tests.Cli;

namespace Gdws.Tests.House;

/// <summary>
/// Runs what the documents tell people to type, command after command as a reader would, on files of the names that stand there. What takes long there
/// is made short here: few images, few steps, tiny networks.
/// </summary>
public sealed class DocumentedCommandsTests : IDisposable
{
    private static readonly DemoSetup ShortDemo = new()
    {
        Speedups = [2],
        CalibratedSpeedups = [2],
        CalibrationImages = 20,
        AttackedImages = 2,
        BenchmarkTime = TimeSpan.FromMilliseconds(10),
    };

    private static readonly string[] _kinds = ["cifar10", "cifar100", "svhn", "fashion-mnist", "mnist", "imagenet"];
    private static readonly string[] _endings = [".onnx", ".pth", ".json", ".safetensors", ".html", ".csv", ".mat"];
    private static readonly string[] _folders = ["-o", "--output", "report"];

    private readonly DocumentFiles _files = new();

    public static TheoryData<string> Stories =>
    [
        .. Documents.All.Where(name => name is "README.md" or "docs/tutorial.md" or "docs/packages.md" or "docs/reproducing-the-paper.md" or "src/Gdws.Cli/PACKAGE.md" || name.StartsWith("docs/how-to/", StringComparison.Ordinal)),
    ];

    public void Dispose() => _files.Dispose();

    [Theory]
    [MemberData(nameof(Stories))]
    public void EveryCommandOfADocument_WorksInItsPlace(string document)
    {
        string[] commands = [.. Documents.Commands(document)];

        foreach (string command in commands)
        {
            string[] typed = Documents.Words(command);
            string[] words = Shortened([.. typed.Select((word, i) => Placed(word, i == 0 ? "" : typed[i - 1]))]);
            CliRun run = CliRun.Of(ShortDemo, TestContext.Current.CancellationToken, words);
            Assert.True(run.Code == 0, $"{document}: gdws {command}: run as {string.Join(' ', words)}: {run.Error}");
        }
    }

    /// <summary>Files and folders lie in the test's folder.</summary>
    private string Placed(string word, string before)
    {
        int colon = word.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && _kinds.Contains(word[..colon]))
            return $"{word[..colon]}:{_files[word[(colon + 1)..]]}";
        bool isFile = !word.StartsWith('-') && (_folders.Contains(before) || _endings.Any(ending => word.EndsWith(ending, StringComparison.Ordinal)));
        return isFile ? _files[word] : word;
    }

    private static string[] Shortened(string[] words)
    {
        List<string> shortened = [.. words];
        bool attacks = words.SkipWhile(word => word != "--attack").Skip(1).FirstOrDefault("none") != "none";
        switch (words[0])
        {
            case "evaluate":
                Set("--limit", "4");
                if (attacks && words.Contains("pgd"))
                    Set("--iterations", "2");
                else if (attacks)
                    Set("--attack", "fgsm"); // AutoAttack can't be made short
                Without("--device");
                break;
            case "sensitivity":
                Set("--samples", "2");
                Set("--iterations", "1");
                Without("--device");
                break;
            case "approximate" when words.Contains("--calibrate"):
                Set("--samples", "8");
                if (words.Contains("--limit"))
                    Set("--limit", "4");
                Without("--effort");
                Without("--device");
                break;
            case "sweep":
                Set("--budgets", "1.5");
                Set("--limit", "4");
                Set("--attack-limit", "2");
                Set("--iterations", "1");
                Set("--samples", "4");
                Set("--seconds", "0.01");
                break;
            case "benchmark":
                Set("--seconds", "0.01");
                break;
        }

        return [.. shortened];

        void Set(string option, string value)
        {
            Without(option);
            shortened.AddRange([option, value]);
        }

        void Without(string option)
        {
            int at = shortened.IndexOf(option);
            if (at >= 0)
                shortened.RemoveRange(at, 2);
        }
    }
}

using Gdws.Cli.Demo;
using Gdws.Tests.Cli;

namespace Gdws.Tests.House;

/// <summary>
/// Runs what the documents tell people to type, command after command as a reader would, on files of the names that stand there. What takes long there
/// is made short here: few images, few steps, tiny networks.
/// </summary>
public sealed class DocumentedCommandsTests : IDisposable
{
    private static readonly string[] _kinds = ["cifar10", "cifar100", "svhn", "fashion-mnist", "mnist", "imagenet"];
    private static readonly string[] _endings = [".onnx", ".pth", ".json", ".jsonl", ".safetensors", ".html", ".npy"];
    private static readonly string[] _folders = ["-o", "--output", "--fname", "report"];

    private static readonly string[] _written =
        ["-o", "--output", "--json", "--plan", "--outcomes", "--robustbench", "--save-adversarial", "--weights"];

    private readonly DocumentFiles _files = new();

    public static TheoryData<string> Stories => [.. Documents.All.Where(name => Documents.Commands(name).Any())];

    private DemoSetup ShortDemo => new()
    {
        Network = _files["samples/fashion-mnist.onnx"],
        Data = $"fashion-mnist:{_files.Images("fashion-mnist", "shipped")}",
        Speedups = [1.5],
        CalibratedSpeedups = [1.5],
        CalibrationImages = 4,
        AttackedImages = 2,
        BenchmarkTime = TimeSpan.FromMilliseconds(10),
    };

    public void Dispose() => _files.Dispose();

    [Theory]
    [MemberData(nameof(Stories))]
    public void EveryCommandOfADocument_WorksInItsPlace(string document)
    {
        foreach (string command in Documents.Commands(document))
        {
            string[] typed = Documents.Words(command);
            string[] words = ShortCommand.Of(Placed(typed));
            CliRun run = CliRun.Of(ShortDemo, TestContext.Current.CancellationToken, words);

            Assert.True(run.Code == 0, $"{document}: gdws {command}: run as {string.Join(' ', words)}: {run.Error}");
            foreach ((string before, string word) in words.Zip(words.Skip(1)).Where(pair => _written.Contains(pair.First)))
                Assert.True(Path.Exists(word), $"{document}: gdws {command}: {before} {word} isn't there");
        }
    }

    /// <summary>Files and folders lie in the test's folder, images too where a command looks for them by itself.</summary>
    private IEnumerable<string> Placed(string[] words) =>
    [
        .. words.Select((word, i) => Placed(word, i == 0 ? "" : words[i - 1])),
        .. words[0] == "eval-robustness" ? (string[])["--data-dir", _files.Images("cifar10", "data")] : [],
    ];

    private string Placed(string word, string before)
    {
        int colon = word.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && _kinds.Contains(word[..colon]))
            return $"{word[..colon]}:{_files.Images(word[..colon], word[(colon + 1)..])}";
        bool isFile = !word.StartsWith('-') && before != "--alphas-filename"
            && (_folders.Contains(before) || _endings.Any(ending => word.EndsWith(ending, StringComparison.Ordinal)));
        return isFile ? _files[word] : word;
    }
}

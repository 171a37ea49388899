using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Cli.Sweeps;

/// <summary>
/// Answers that are kept in a folder, a file each, named after a hash of the question: a sweep that was interrupted goes on where it stopped, and one that
/// is asked more computes only what is new. An answer that is damaged, or that belongs to another question, counts as none.
/// </summary>
/// <param name="folder">The sweep's folder.</param>
internal sealed class FolderAnswers(string folder) : IAnswers
{
    /// <summary>The folder below the sweep's that holds the answers.</summary>
    public const string Name = "answers";

    private const long MostBytes = 64L << 20;

    /// <summary>How many answers were found and needn't be computed.</summary>
    public int Found { get; private set; }

    /// <summary>How many answers were computed.</summary>
    public int Computed { get; private set; }

    public T Get<T>(string kind, object question, Func<T> compute)
    {
        string asked = TextOf(kind, question);
        string path = PathOf(kind, asked);
        if (TryRead(path, asked, out T? known))
        {
            Found++;
            return known!;
        }

        T answer = compute();
        Computed++;
        AtomicFile.WriteText(path, SweepJson.Write(new Answered<T>(asked, answer)));
        return answer;
    }

    public (OnnxModel Network, double Seconds) Network(string file, object question, Func<OnnxModel> compute)
    {
        string asked = TextOf("network", question);
        string answer = PathOf("network", asked), target = Path.Combine(folder, file);
        if (TryRead(answer, asked, out SavedNetwork? saved) && saved!.File == file && TryLoad(target, saved.Sha256) is { } known)
        {
            Found++;
            return (known, saved.Seconds);
        }

        Stopwatch watch = Stopwatch.StartNew();
        OnnxModel network = compute();
        double seconds = Math.Round(watch.Elapsed.TotalSeconds, 3);
        Computed++;
        network.Save(target);
        GdwsPlan.Of(network)?.Save(Path.ChangeExtension(target, ".plan.json"));
        AtomicFile.WriteText(answer, SweepJson.Write(new Answered<SavedNetwork>(asked, new SavedNetwork(file, Fingerprint.Of(network), seconds))));
        return (network, seconds);
    }

    private static string TextOf(string kind, object question) => JsonSerializer.Serialize(new { kind, question });

    private string PathOf(string kind, string asked)
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(asked)));
        return Path.Combine(folder, Name, $"{kind}-{hash[..16]}.json");
    }

    private static bool TryRead<T>(string path, string asked, out T? answer)
    {
        answer = default;
        try
        {
            if (!File.Exists(path) || new FileInfo(path).Length > MostBytes)
                return false;
            Answered<T> read = SweepJson.Read<Answered<T>>(File.ReadAllText(path));
            answer = read.Answer;
            return read.Question == asked && answer is not null;
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static OnnxModel? TryLoad(string path, string sha256)
    {
        try
        {
            return File.Exists(path) && OnnxModel.Load(path) is var network && Fingerprint.Of(network) == sha256 ? network : null;
        }
        catch (GdwsException)
        {
            return null;
        }
    }

    private sealed record Answered<T>(string Question, T Answer);

    private sealed record SavedNetwork(string File, string Sha256, double Seconds);
}

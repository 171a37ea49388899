using System.Diagnostics;
using Gdws.Onnx;

namespace Gdws.Cli.Sweeps;

/// <summary>Answers that are always computed, and kept nowhere.</summary>
internal sealed class FreshAnswers : IAnswers
{
    private readonly Dictionary<string, OnnxModel> _networks = new(StringComparer.Ordinal);

    /// <summary>The networks by the names of their files, in the order in which they were made.</summary>
    public IReadOnlyDictionary<string, OnnxModel> Networks => _networks;

    public T Get<T>(string kind, object question, Func<T> compute) => compute();

    public (OnnxModel Network, double Seconds) Network(string file, object question, Func<OnnxModel> compute)
    {
        Stopwatch watch = Stopwatch.StartNew();
        _networks[file] = compute();
        return (_networks[file], Math.Round(watch.Elapsed.TotalSeconds, 3));
    }
}

using Gdws.Onnx;

namespace Gdws.Cli.Sweeps;

/// <summary>
/// Answers to a sweep's questions. A question is everything that its answer depends on; one that was answered before isn't computed again.
/// </summary>
internal interface IAnswers
{
    /// <summary>The answer to a question.</summary>
    /// <param name="kind">What is asked, e.g. <c>natural</c>.</param>
    /// <param name="question">What the answer depends on; any object that JSON can hold.</param>
    /// <param name="compute">Finds it out.</param>
    T Get<T>(string kind, object question, Func<T> compute);

    /// <summary>The network that answers a question.</summary>
    /// <param name="file">The name of its file.</param>
    /// <param name="question">What it depends on.</param>
    /// <param name="compute">Makes it.</param>
    /// <returns>The network and the seconds that making it took.</returns>
    (OnnxModel Network, double Seconds) Network(string file, object question, Func<OnnxModel> compute);
}

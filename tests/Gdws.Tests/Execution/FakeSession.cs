using Gdws.Execution;

namespace Gdws.Tests.Execution;

/// <summary>A network that computes what it is told and takes, on a clock of its own, the time that it is told.</summary>
internal sealed class FakeSession(int imageLength, int classes, Action<float[], int, float[]>? compute = null) : IEngineSession
{
    public int ImageLength => imageLength;

    public int Classes => classes;

    public int Runs { get; private set; }

    public List<int> Batches { get; } = [];

    public void Run(ReadOnlySpan<float> images, int batch, Span<float> logits)
    {
        Runs++;
        Batches.Add(batch);
        float[] results = new float[logits.Length];
        compute?.Invoke(images.ToArray(), batch, results);
        results.CopyTo(logits);
    }

    public void Dispose()
    {
    }
}

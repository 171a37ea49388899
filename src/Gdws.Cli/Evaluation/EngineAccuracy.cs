using Gdws.Cli.Output;
using Gdws.Data;
using Gdws.Execution;
using Gdws.Onnx;

namespace Gdws.Cli.Evaluation;

/// <summary>Natural accuracy on any engine.</summary>
internal static class EngineAccuracy
{
    public static AccuracyReport Measure(
        IEngine engine, OnnxModel model, IImageDataset data, int batch, IProgress<WorkProgress> progress, CancellationToken cancellation)
    {
        using IEngineSession session = engine.Load(model, Environment.ProcessorCount);
        RelayedProgress<int> relay = new(progress, done => new WorkProgress("natural accuracy", done, data.Count, "images"));
        return new AccuracyReport(NaturalAccuracy.Measure(session, data, batch, relay, cancellation), []);
    }
}

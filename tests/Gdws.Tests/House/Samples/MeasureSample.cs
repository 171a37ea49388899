using Gdws.Data;
using Gdws.Execution;
using Gdws.Onnx;
using Gdws.OnnxRuntime;

namespace Gdws.Tests.House.Samples;

internal static class MeasureSample
{
    public static void Run(string before, string after, string data)
    {
        OnnxRuntimeEngine engine = new();
        using IEngineSession dense = engine.Load(OnnxModel.Load(before), threads: 1);
        using IEngineSession gdws = engine.Load(OnnxModel.Load(after), threads: 1);

        IImageDataset images = ImageDataset.Open(data);
        Console.WriteLine($"{NaturalAccuracy.Measure(dense, images, batch: 100).Accuracy:F1} %");
        Console.WriteLine($"{NaturalAccuracy.Measure(gdws, images, batch: 100).Accuracy:F1} %");

        // Takes turns, so that a busy machine is equally unfair to both.
        ThroughputReport report = new ThroughputMeasurement(new ThroughputOptions()).Run(
        [
            new ThroughputCandidate("dense", engine.Name, dense),
            new ThroughputCandidate("gdws", engine.Name, gdws),
        ]);
        foreach (ThroughputResult result in report.Results)
            Console.WriteLine($"{result.Network}: {result.Fps:F0} images a second, {result.RatioToBaseline:F2}×");
    }
}

using System.Diagnostics;
using System.Runtime.Intrinsics;
using Gdws.Cli.Demo;
using Gdws.Data;
using Gdws.Execution;
using Gdws.Onnx;

namespace Gdws.Cli.Doctor;

/// <summary>Runs the network that ships on every engine, and compares what they compute.</summary>
internal static class EngineExamination
{
    private const string Area = "engines";
    private const int Images = 20;

    public static IEnumerable<Finding> Run(DemoSetup demo)
    {
        Dictionary<string, float[]> logits = new(StringComparer.Ordinal);
        foreach (string engine in Engines.Names)
            yield return Finding.Of(Area, engine, () => Try(engine, demo, logits));
    }

    private static string Try(string name, DemoSetup demo, Dictionary<string, float[]> logits)
    {
        IEngine engine = Engines.Create(name);
        OnnxModel network = OnnxModel.Load(demo.Network);
        IImageDataset images = ImageDataset.Open(demo.Data).Take(Images);
        float[] pixels = new float[images.Count * images.ImageLength()];
        int[] labels = new int[images.Count];
        images.CopyBatch(0, images.Count, pixels, labels);

        using IEngineSession session = engine.Load(network, 1);
        float[] result = new float[images.Count * session.Classes];
        session.Run(pixels, images.Count, result);
        Stopwatch watch = Stopwatch.StartNew();
        session.Run(pixels, images.Count, result);
        double seconds = watch.Elapsed.TotalSeconds;

        float difference = logits.Values.Select(other => other.Zip(result, (a, b) => Math.Abs(a - b)).Max()).DefaultIfEmpty(0).Max();
        if (!(difference < 0.01))
            throw new GdwsException($"computes something else than {string.Join(" and ", logits.Keys)}: logits differ by {difference}");
        string agrees = logits.Count == 0 ? "" : $", agrees with {string.Join(" and ", logits.Keys)}";
        logits[name] = result;
        return $"{Version(name)}; {images.Count} sample images in {seconds * 1e3:F1} ms on one thread{agrees}";
    }

    private static string Version(string engine) => engine switch
    {
        Engines.OnnxRuntime => $"ONNX Runtime {typeof(Microsoft.ML.OnnxRuntime.OrtEnv).Assembly.GetName().Version?.ToString(3)}",
        Engines.Torch => $"TorchSharp {typeof(TorchSharp.torch).Assembly.GetName().Version?.ToString(3)}",
        _ => $"managed code, {Lanes()} values at a time",
    };

    private static int Lanes() => Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : Vector128.IsHardwareAccelerated ? 4 : 1;
}

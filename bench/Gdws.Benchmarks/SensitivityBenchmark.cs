using System.Diagnostics;
using System.Globalization;
using Gdws.Data;
using Gdws.Onnx;
using Gdws.Torch;
using Gdws.Torch.Sensitivity;

namespace Gdws.Benchmarks;

/// <summary>Times the sensitivity of a network, on clean images and on images that PGD perturbed.</summary>
internal static class SensitivityBenchmark
{
    private const int UsualImages = 64;

    public static int Run(string[] arguments)
    {
        int count = arguments.Length > 2 ? int.Parse(arguments[2], CultureInfo.InvariantCulture) : UsualImages;
        (string network, string data) = (arguments[0], arguments[1]);
        OnnxModel model = OnnxModel.Load(network);
        IImageDataset images = ImageDataset.Open(data, DatasetSpecification.Parse(data).Kind == DatasetKind.Samples ? "test" : "train").Take(count);
        Console.WriteLine($"{network}, {images.Count} images of {data}, {TorchRuntime.Threads} threads on {Environment.ProcessorCount} CPUs; seconds an image");
        _ = new SensitivityEstimation { CompetingClasses = 1 }.Run(model, images.Take(4));
        Report("clean", new SensitivityEstimation(), model, images);
        Report("PGD-10", new SensitivityEstimation { Attack = SensitivityEstimation.PaperAttack() }, model, images);
        return 0;
    }

    private static void Report(string what, SensitivityEstimation estimation, OnnxModel model, IImageDataset images)
    {
        TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime;
        Stopwatch watch = Stopwatch.StartNew();
        SensitivityEstimate estimate = estimation.Run(model, images);
        double elapsed = watch.Elapsed.TotalSeconds;
        using Process process = Process.GetCurrentProcess();
        double busy = (process.TotalProcessorTime - processor).TotalSeconds;
        Console.WriteLine($"{what,-8} {elapsed / images.Count:F3} elapsed, {busy / images.Count:F3} of processor time, {estimate.Layers.Count} layers, "
            + $"limited margins in {estimate.Metadata["images_with_limited_margins"]} images, memory so far at most {process.PeakWorkingSet64 >> 20:N0} MiB");
    }
}

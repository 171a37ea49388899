using System.Diagnostics;
using Gdws.Decomposition;
using Gdws.Onnx;
using Gdws.Onnx.Schema;
using Gdws.Planning;

namespace Gdws.Benchmarks;

/// <summary>
/// Times the spectra and LEGO of all sixteen eligible layers of a PreActResNet-18, with random weights, and the way from network to network.
/// </summary>
internal static class SpectraBenchmark
{
    private const int WarmUps = 3;
    private const int Runs = 15;

    private static readonly (int Outputs, int Inputs)[] _shapes =
    [
        (64, 64), (64, 64), (64, 64), (64, 64),
        (128, 64), (128, 128), (128, 128), (128, 128),
        (256, 128), (256, 256), (256, 256), (256, 256),
        (512, 256), (512, 512), (512, 512), (512, 512),
    ];

    public static int Run()
    {
        Random random = new(0);
        float[][] weights = [.. _shapes.Select(shape => Weight(random, shape.Outputs * shape.Inputs * 9))];

        Console.WriteLine($"{Environment.ProcessorCount} CPUs, {Runs} runs after {WarmUps} to warm up; milliseconds: median (least – most)");
        Stopwatch first = Stopwatch.StartNew();
        _ = Work(weights);
        Console.WriteLine($"spectra + LEGO, first call     {first.Elapsed.TotalMilliseconds,8:F1}");
        Report("spectra", () => Spectra(weights));
        Report("spectra + LEGO", () => Work(weights));
        LayerSpectrum[] spectra = Spectra(weights);
        Report("LEGO", () => spectra.Sum(spectrum => Lego.Select(spectrum, 5).Kernels));
        Selection[] selections = [.. spectra.Select(spectrum => Mego.Select(spectrum, spectrum.Inputs * 2))];
        Report("factors, G = 2C", () => selections.Sum(selection => GdwsFactors.Of(selection).Kernels));

        OnnxModel network = Network(weights);
        SpectraOptions options = new() { IncludeFirst = true };
        Report("network to network", () => Planner.WithinError(Planning.Spectra.Of(network, options), 500).ApplyTo(network).ToBytes());
        using Process process = Process.GetCurrentProcess();
        double held = 2 * sizeof(float) * weights.Sum(w => (double)w.Length) / 1e6;
        Console.WriteLine($"peak memory                    {process.PeakWorkingSet64 / 1e6,8:F0} MB ({held:F0} MB are the weights)");
        return 0;
    }

    /// <summary>Each layer by itself on the images' first channels; only its weight matters here.</summary>
    private static OnnxModel Network(float[][] weights)
    {
        GraphProto graph = new() { Name = "spectra" };
        for (int layer = 0; layer < weights.Length; layer++)
        {
            (int outputs, int inputs) = _shapes[layer];
            graph.Initializer.Add(OnnxTensor.Create($"{layer}.weight", [outputs, inputs, 3, 3], weights[layer]));
            NodeProto node = new() { OpType = "Conv", Name = $"{layer}" };
            node.Input.Add([$"images{inputs}", $"{layer}.weight"]);
            node.Output.Add($"{layer}.output");
            graph.Node.Add(node);
            graph.Output.Add(new ValueInfoProto { Name = $"{layer}.output" });
        }

        foreach (int inputs in _shapes.Select(shape => shape.Inputs).Distinct())
        {
            TensorShapeProto shape = new();
            shape.Dim.Add(new int[] { 1, inputs, 32, 32 }.Select(d => new TensorShapeProto.Types.Dimension { DimValue = d }));
            TypeProto type = new() { TensorType = new TypeProto.Types.Tensor { ElemType = 1, Shape = shape } };
            graph.Input.Add(new ValueInfoProto { Name = $"images{inputs}", Type = type });
        }

        ModelProto model = new() { IrVersion = 8, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 17 });
        return new OnnxModel(model);
    }

    private static LayerSpectrum[] Spectra(float[][] weights) =>
        [.. _shapes.Select((shape, layer) => LayerSpectrum.Of(weights[layer], shape.Outputs, shape.Inputs, 3, 3))];

    private static int Work(float[][] weights) => Spectra(weights).Sum(spectrum => Lego.Select(spectrum, 5).Kernels);

    private static void Report(string what, Func<object> work)
    {
        double[] times = new double[Runs];
        for (int run = -WarmUps; run < Runs; run++)
        {
            Stopwatch watch = Stopwatch.StartNew();
            GC.KeepAlive(work());
            if (run >= 0)
                times[run] = watch.Elapsed.TotalMilliseconds;
        }

        Array.Sort(times);
        Console.WriteLine($"{what,-30} {times[Runs / 2],8:F1}   ({times[0]:F1} – {times[^1]:F1})");
    }

    private static float[] Weight(Random random, int length)
    {
        float[] weight = new float[length];
        for (int i = 0; i < length; i++)
            weight[i] = (random.NextSingle() - 0.5f) / 16;
        return weight;
    }
}

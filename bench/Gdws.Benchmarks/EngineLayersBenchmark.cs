using System.Diagnostics;
using Gdws.Execution;
using Gdws.Execution.Engine;
using Gdws.Onnx;
using Gdws.Onnx.Schema;
using Gdws.OnnxRuntime;
using DataType = Gdws.Onnx.Schema.TensorProto.Types.DataType;

namespace Gdws.Benchmarks;

/// <summary>
/// The convolutions of a PreActResNet-18 one by one, dense and GDWS, on our engine and on ONNX Runtime, one thread: the shortest of many runs
/// in turns, as multiply-accumulates a second and as a fraction of what the machine can do at best.
/// </summary>
internal static class EngineLayersBenchmark
{
    private const int Turns = 40;
    private static readonly TimeSpan _turn = TimeSpan.FromMilliseconds(10);

    private static readonly (int Outputs, int Inputs, int Size, int Stride)[] _layers =
        [(64, 64, 32, 1), (128, 64, 32, 2), (128, 128, 16, 1), (256, 128, 16, 2), (256, 256, 8, 1), (512, 256, 8, 2), (512, 512, 4, 1)];

    public static int Run(string[] arguments)
    {
        int batch = arguments.Length > 0 ? int.Parse(arguments[0]) : 1;
        double peak = EnginePeak.Measure();
        Console.WriteLine($"{MachineDescription.Current}, one thread, batch {batch}; at best {peak:F1} GMAC/s");
        Console.WriteLine("| layer | G | MMAC | onnxruntime, GMAC/s | gdws, GMAC/s | of the peak | ratio |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach ((int outputs, int inputs, int size, int stride) in _layers)
        {
            foreach (double ratio in (double[])[0, 1, 1.5, 2])
            {
                OnnxModel model = Network(outputs, inputs, size, stride, (int)(ratio * inputs));
                using IEngineSession theirs = new OnnxRuntimeEngine().Load(model, 1), ours = new GdwsEngine().Load(model, 1);
                (double their, double our) = Shortest(theirs, ours, batch);
                double macs = model.Convolutions.Sum(c => c.Macs) * batch / 1e9;
                string kernels = ratio == 0 ? "dense" : $"{ratio}C";
                Console.WriteLine(
                    $"| {inputs}→{outputs}, {size}×{size}, /{stride} | {kernels} | {macs * 1000:F1} | {macs / their:F1} | {macs / our:F1} | {macs / our / peak:P0} | {their / our:F2} |");
            }
        }

        return 0;
    }

    private static (double Theirs, double Ours) Shortest(IEngineSession theirs, IEngineSession ours, int batch)
    {
        float[] images = new float[batch * ours.ImageLength], logits = new float[batch * ours.Classes];
        Random random = new(0);
        for (int i = 0; i < images.Length; i++)
            images[i] = random.NextSingle();
        double their = double.MaxValue, our = double.MaxValue;
        for (int turn = 0; turn < Turns; turn++)
        {
            their = Math.Min(their, Turn(theirs, images, batch, logits));
            our = Math.Min(our, Turn(ours, images, batch, logits));
        }

        return (their, our);
    }

    private static double Turn(IEngineSession session, float[] images, int batch, float[] logits)
    {
        double best = double.MaxValue;
        long start = Stopwatch.GetTimestamp();
        do
        {
            long run = Stopwatch.GetTimestamp();
            session.Run(images, batch, logits);
            best = Math.Min(best, Stopwatch.GetElapsedTime(run).TotalSeconds);
        }
        while (Stopwatch.GetElapsedTime(start) < _turn);

        return best;
    }

    /// <summary>
    /// The layer between a 1×1 convolution, so that it reads an inner map as in a network, and a pooling, so that nobody copies its result out.
    /// </summary>
    private static OnnxModel Network(int outputs, int inputs, int size, int stride, int kernels)
    {
        Random random = new(1);
        GraphProto graph = new() { Name = "layer" };
        graph.Input.Add(Value("images", 1, size, size));
        graph.Output.Add(Value("logits", outputs));
        Weight("first.weight", inputs, 1, 1, 1);
        Add("Conv", "first", "images", "first.weight");
        Add("Relu", "relu", "first");
        if (kernels == 0)
        {
            Weight("weight", outputs, inputs, 3, 3);
            Strided(Add("Conv", "y", "relu", "weight"));
        }
        else
        {
            long[] map = [.. Enumerable.Range(0, kernels).Select(k => k < inputs ? k : random.NextInt64(inputs)).Order()];
            graph.Initializer.Add(OnnxTensor.Create("map", [kernels], map));
            Weight("depthwise", kernels, 1, 3, 3);
            Weight("pointwise", outputs, kernels, 1, 1);
            string input = kernels == inputs ? "relu" : Add("Gather", "gathered", "relu", "map").With("axis", 1).Output[0];
            Strided(Add("Conv", "filtered", input, "depthwise")).With("group", kernels);
            Add("Conv", "y", "filtered", "pointwise");
        }

        Add("Relu", "after", "y");
        Add("GlobalAveragePool", "mean", "after");
        Add("Flatten", "logits", "mean");
        ModelProto model = new() { IrVersion = 8, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 17 });
        return new OnnxModel(model, "layer");

        void Weight(string name, params int[] shape)
        {
            float[] values = new float[shape.Aggregate(1, (a, b) => a * b)];
            for (int i = 0; i < values.Length; i++)
                values[i] = random.NextSingle() - 0.5f;
            graph.Initializer.Add(OnnxTensor.Create(name, shape, values));
        }

        NodeProto Add(string operatorName, string output, params string[] reads)
        {
            NodeProto node = new() { OpType = operatorName, Name = output };
            node.Input.Add(reads);
            node.Output.Add(output);
            graph.Node.Add(node);
            return node;
        }

        NodeProto Strided(NodeProto node) => node.WithList("strides", stride, stride).WithList("pads", 1, 1, 1, 1);
    }

    private static ValueInfoProto Value(string name, params int[] dimensions)
    {
        TensorShapeProto shape = new();
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = "N" });
        shape.Dim.Add(dimensions.Select(d => new TensorShapeProto.Types.Dimension { DimValue = d }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)DataType.Float, Shape = shape } } };
    }
}

using System.Diagnostics;
using System.Globalization;
using Gdws.Architectures;
using Gdws.Onnx;
using Gdws.Torch;
using Gdws.Torch.Attacks;
using Gdws.Torch.Training;
using TorchSharp;
using TorchSharp.Modules;
using Tensor = TorchSharp.torch.Tensor;

namespace Gdws.Benchmarks;

/// <summary>
/// What our training costs on top of libtorch: steps of l∞ PGD adversarial training by <see cref="Trainer"/>, against a loop of the same operations written
/// by hand on TorchSharp for one architecture. They run in turns; where other programs want the processors too, processor time tells more.
/// </summary>
internal static class TrainingThroughput
{
    private const double Epsilon = 0.1;

    public static int Run(string[] arguments)
    {
        int[] values = [16, 64, 5, 4, 5, 1];
        for (int i = 0; i < arguments.Length; i++)
        {
            if (i >= values.Length || !int.TryParse(arguments[i], NumberStyles.None, CultureInfo.InvariantCulture, out values[i]) || values[i] < 1)
                throw new GdwsException($"expected a number of at least 1, found {arguments[i]}");
        }

        (int width, int batch, int iterations, int steps, int rounds, int threads) = (values[0], values[1], values[2], values[3], values[4], values[5]);
        TorchRuntime.Threads = threads;
        ArchitectureOptions options = new() { Channels = 1, ImageSize = 28, Input = InputConversion.Parse("fashion-mnist") };
        OnnxModel model = Architecture.Initialize("preactresnet18", width, options);
        RandomImages images = new(batch * steps, 1, 28, 28, 10);
        using TrainableNetwork network = new(model);
        TrainingOptions recipe = new(new PgdTraining(new ThreatModel(Norm.Linf, Epsilon)) { Iterations = iterations })
        {
            Epochs = 1,
            BatchSize = batch,
            Schedule = new(LearningRateKind.Constant, 0.01),
        };
        using BareTraining bare = new(model);
        (string Name, Action Work)[] contestants =
        [
            ("bare loop", () => bare.Run(images, batch, iterations, Epsilon, 2.5 * Epsilon / iterations)),
            ("Trainer", () => new Trainer(network, images, recipe).Run()),
            ("bf16", () => new Trainer(network, images, recipe with { Precision = TrainingPrecision.Bfloat16 }).Run()),
        ];
        List<(double Wall, double Processor)>[] seconds = [.. contestants.Select(_ => new List<(double, double)>())];
        for (int round = -1; round < rounds; round++)
        {
            for (int i = 0; i < contestants.Length; i++)
            {
                TimeSpan processor = Environment.CpuUsage.TotalTime;
                Stopwatch watch = Stopwatch.StartNew();
                contestants[i].Work();
                if (round >= 0)
                    seconds[i].Add((watch.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - processor).TotalSeconds));
            }
        }

        Console.WriteLine(
            $"PreActResNet-18 of width {width}, PGD-{iterations} training, batch {batch}, {rounds} rounds of {steps} steps, {threads} threads, {Environment.ProcessorCount} processors");
        double baseline = Median(seconds[0].Select(s => s.Wall)), baseProcessor = Median(seconds[0].Select(s => s.Processor));
        for (int i = 0; i < contestants.Length; i++)
        {
            double wall = Median(seconds[i].Select(s => s.Wall)), processor = Median(seconds[i].Select(s => s.Processor));
            int count = batch * steps;
            Console.WriteLine(
                $"{contestants[i].Name,-10} {count / wall,8:0.0} images/s ({count / seconds[i].Max(s => s.Wall):0.0} to {count / seconds[i].Min(s => s.Wall):0.0}), ratio {baseline / wall:0.000}; " +
                $"{count / processor:0.0} images per processor second, ratio {baseProcessor / processor:0.000}");
        }

        return 0;
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    /// <summary>The same training as one would write it down.</summary>
    private sealed class BareTraining : IDisposable
    {
        private readonly Dictionary<string, Tensor> _weights = new(StringComparer.Ordinal);
        private readonly BarePreActResNet18 _network;
        private readonly torch.optim.Optimizer _descent;

        public BareTraining(OnnxModel model)
        {
            foreach (Gdws.Onnx.Schema.TensorProto initializer in model.Graph.Initializer)
            {
                long[] shape = [.. initializer.Dims];
                _weights[initializer.Name] = torch.tensor(initializer.ToSingles()).reshape(shape).clone();
            }

            Parameter[] trained =
            [
                .. _weights.Keys.Where(name => (name.EndsWith(".weight", StringComparison.Ordinal) || name.EndsWith(".bias", StringComparison.Ordinal))).ToArray()
                    .Select(name =>
                    {
                        Parameter parameter = new(_weights[name]);
                        _weights[name] = parameter;
                        return parameter;
                    }),
            ];
            _network = new BarePreActResNet18(_weights, model.Source);
            _descent = torch.optim.SGD(trained, 0.01, momentum: 0.9, weight_decay: 5e-4);
        }

        public void Run(RandomImages images, int batch, int iterations, double epsilon, double step)
        {
            for (int start = 0; start + batch <= images.Count; start += batch)
            {
                using DisposeScope scope = torch.NewDisposeScope();
                float[] pixels = new float[batch * 784];
                for (int i = 0; i < batch; i++)
                    images.CopyImage(start + i, pixels.AsSpan(i * 784, 784));
                Tensor x = torch.tensor(pixels).reshape(batch, 1, 28, 28);
                Tensor labels = torch.tensor([.. Enumerable.Range(start, batch).Select(i => (long)images.Label(i))]);
                _network.Trains = false;
                Tensor perturbed = _network.Perturbed(x, labels, epsilon, step, iterations);
                _network.Trains = true;
                _descent.zero_grad();
                Tensor loss = torch.nn.functional.cross_entropy(_network.Forward(perturbed), labels);
                loss.backward();
                _descent.step();
                _ = loss.item<float>();
            }
        }

        public void Dispose()
        {
            _descent.Dispose();
            foreach (Tensor tensor in _weights.Values)
                tensor.Dispose();
        }
    }
}
